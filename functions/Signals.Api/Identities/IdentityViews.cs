using System.Globalization;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>How parts of the graph look in answers.</summary>
internal static class IdentityViews
{
    /// <summary>What an id stands for, in a word.</summary>
    public static string NameOf(ProfileKind kind) => kind switch
    {
        ProfileKind.Person => "person",
        ProfileKind.Anonymous => "anonymous",
        _ => "erased",
    };

    /// <summary>How an event came to its id, in a word.</summary>
    public static string NameOf(ResolutionOutcome outcome) => outcome.ToString().ToLowerInvariant();

    /// <summary>Values that are there; null stands for absent.</summary>
    public static IReadOnlyDictionary<string, string> Given(this IReadOnlyDictionary<string, string?> values) =>
        values.Where(value => value.Value is not null).ToDictionary(value => value.Key, value => value.Value!, StringComparer.Ordinal);

    public static IReadOnlyList<LinkAnswer> LinksOf(IdentifierItem item) =>
        [.. item.Links.Select(link => new LinkAnswer(link.Profile.ToString(), link.At.ToDateTimeOffset(), link.IsAlias))];

    public static string? ConflictOf(IdentifierItem item) => item.AnonymousId.IsNone ? null : item.AnonymousId.ToString();

    public static string? LastSeenOf(IdentifierItem item) => item.LastSeenDay == 0 ? null : DayOf(item.LastSeenDay);

    /// <summary>A day since 1970-01-01 as a date.</summary>
    public static string DayOf(int day) => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
