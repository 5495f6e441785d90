using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Events of few people on few devices, so that they get into each other's way.</summary>
internal static class RandomEvents
{
    private static readonly EventTime Start = EventTime.FromUnixMilliseconds(1_772_359_200_000);

    public static IdentityConfiguration Configuration(bool isUserUnique) => new()
    {
        Identifiers = [Type("user_id", 100, isUserUnique), Type("domain_userid", 50), Type("network_userid", 20)],
        Limits = IdentityLimits.Off,
    };

    public static IReadOnlyList<ResolutionRequest> Make(Random random, int count, bool isUserUnique) =>
        [.. Enumerable.Range(0, count).Select(number => MakeOne(random, number, isUserUnique))];

    public static ResolutionRequest Event(string id, int minute, params Identifier[] identifiers) => new()
    {
        EventId = id,
        Time = new EventTime(Start.UnixMicroseconds + minute * 60_000_000L),
        AppId = "shop",
        Identifiers = identifiers,
    };

    private static ResolutionRequest MakeOne(Random random, int number, bool isUserUnique)
    {
        var identifiers = new List<Identifier>();
        while (identifiers.Count == 0)
        {
            if (random.Next(3) == 0)
                identifiers.Add(new Identifier("user_id", $"u{random.Next(3)}"));
            if (random.Next(3) > 0)
                identifiers.Add(new Identifier("domain_userid", $"d{random.Next(5)}"));
            if (random.Next(2) == 0)
                identifiers.Add(new Identifier("network_userid", $"n{random.Next(5)}"));
        }
        var request = Event($"e{number}", random.Next(10), [.. identifiers]);
        return isUserUnique && identifiers[0].Type == "user_id" ? request with { UniqueValue = identifiers[0].Value } : request;
    }

    private static IdentifierType Type(string name, int priority, bool isUnique = false) =>
        new() { Name = name, Priority = priority, IsUnique = isUnique, Field = new AtomicReference(AtomicColumns.IndexOf(name)) };
}
