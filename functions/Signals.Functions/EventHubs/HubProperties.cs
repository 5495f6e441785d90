using Signals.Engine.Events;

namespace Signals.Functions.EventHubs;

/// <summary>The properties that say what the body of an event in a hub is.</summary>
internal static class HubProperties
{
    /// <summary>
    /// What the body is. An event without it is an enriched event, so that a hub that Snowplow itself writes to can be read, too.
    /// </summary>
    public const string Kind = "kind";

    /// <summary>Value of <see cref="Kind"/> for a bad row in Snowplow's JSON shape.</summary>
    public const string BadRow = "bad_row";

    /// <summary>The properties of every bad row.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfBadRow { get; } = [new(Kind, BadRow)];

    /// <summary>The kind of record that a value of <see cref="Kind"/> names; null for none.</summary>
    public static LogRecordKind? KindNamed(string? value) => value switch
    {
        null => LogRecordKind.EnrichedLine,
        BadRow => LogRecordKind.BadRow,
        _ => null,
    };
}
