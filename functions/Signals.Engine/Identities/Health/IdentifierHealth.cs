namespace Signals.Engine.Identities;

/// <summary>Whether an identifier type is fit to tell people apart and to bring their events together (spec identities, 16).</summary>
public enum IdentifierVerdict
{
    /// <summary>Too few people were seen to say.</summary>
    Unknown,

    /// <summary>About one value per person and one person per value.</summary>
    Ideal,

    /// <summary>A few.</summary>
    Acceptable,

    /// <summary>More than a few, less than tens.</summary>
    Doubtful,

    /// <summary>Tens: it would ruin the graph.</summary>
    Unsuitable,
}

/// <summary>How many of one thing there are per other thing.</summary>
/// <param name="Count">How many other things were counted.</param>
/// <param name="Mean">The mean.</param>
/// <param name="P50">Half of them have at most this many.</param>
/// <param name="P95">95 % of them have at most this many.</param>
/// <param name="Max">The most.</param>
public sealed record Distribution(int Count, double Mean, int P50, int P95, int Max)
{
    internal static Distribution? Of(IEnumerable<int> numbers)
    {
        var sorted = numbers.Order().ToList();
        return sorted.Count == 0 ? null : new Distribution(sorted.Count, Math.Round(sorted.Average(), 3), At(sorted, 50), At(sorted, 95), sorted[^1]);
    }

    private static int At(List<int> sorted, int percent) => sorted[Math.Max(0, (sorted.Count * percent + 99) / 100 - 1)];
}

/// <summary>What recent events say of one identifier type.</summary>
public sealed record TypeHealth
{
    /// <summary>Name of the type.</summary>
    public required string Name { get; init; }

    /// <summary>Events with a value that is used.</summary>
    public required int Events { get; init; }

    /// <summary>Different values that are used.</summary>
    public required int DistinctValues { get; init; }

    /// <summary>Values that are not used, by reason.</summary>
    public required IReadOnlyList<DroppedValues> Dropped { get; init; }

    /// <summary>Share of values that are blocked, 0 to 1.</summary>
    public required double BlockedShare { get; init; }

    /// <summary>Different values per person, where persons are what the other types make of the events; null when they make none.</summary>
    public required Distribution? ValuesPerPerson { get; init; }

    /// <summary>Persons per value; null when no value was seen with a person.</summary>
    public required Distribution? PersonsPerValue { get; init; }

    /// <summary>What that means.</summary>
    public required IdentifierVerdict Verdict { get; init; }
}

/// <summary>What recent events say of the identifiers of a configuration.</summary>
/// <param name="Events">How many events were looked at.</param>
/// <param name="IsComplete">False when the time was over before all events were seen.</param>
/// <param name="Types">One per identifier type, in the order of the configuration.</param>
public sealed record HealthReport(int Events, bool IsComplete, IReadOnlyList<TypeHealth> Types);

/// <summary>
/// Measures identifier types. A type is held against the persons that all the other types make of the same events: with itself among them, a
/// value that ties the whole world together would look like one person with one value.
/// </summary>
internal static class IdentifierHealth
{
    private const int FewestPeople = 10;
    private const int MostAcceptable = 5;
    private const int FewestUnsuitable = 10;

    public static async Task<HealthReport> MeasureAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> lines, IdentityConfiguration configuration, TrialOptions options, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var requests = RecentRequests.Of(lines, configuration, now, cancellationToken);
        var types = new List<TypeHealth>();
        var seen = lines.Count;
        foreach (var type in configuration.Identifiers)
        {
            var others = await TrialRun.OfAsync(
                Without(type, configuration), [.. requests.Requests.Select(request => Without(type, request))], options.Budget / configuration.Identifiers.Count, cancellationToken);
            types.Add(await MeasureAsync(type, requests, others, cancellationToken));
            seen = Math.Min(seen, others.Seen);
        }
        return new HealthReport(seen, seen == lines.Count, types);
    }

    /// <summary>The verdict on the worse of the two: what 95 of 100 people or values have.</summary>
    public static IdentifierVerdict Judge(Distribution? valuesPerPerson, Distribution? personsPerValue)
    {
        if (valuesPerPerson is not { Count: >= FewestPeople } || personsPerValue is null)
            return IdentifierVerdict.Unknown;
        return Math.Max(valuesPerPerson.P95, personsPerValue.P95) switch
        {
            <= 1 => IdentifierVerdict.Ideal,
            <= MostAcceptable => IdentifierVerdict.Acceptable,
            < FewestUnsuitable => IdentifierVerdict.Doubtful,
            _ => IdentifierVerdict.Unsuitable,
        };
    }

    private static async Task<TypeHealth> MeasureAsync(IdentifierType type, RecentRequests requests, TrialRun others, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, HashSet<SnowplowId>>(StringComparer.Ordinal);
        var people = new Dictionary<SnowplowId, HashSet<string>>();
        var events = 0;
        for (var i = 0; i < others.Seen; i++)
        {
            if (ValueOf(type, requests.Requests[i]) is not { } value)
                continue;
            events++;
            if (!values.TryGetValue(value, out var persons))
                values.Add(value, persons = []);
            var person = await others.PersonOfAsync(i, cancellationToken);
            if (person.IsNone)
                continue;
            persons.Add(person);
            if (!people.TryGetValue(person, out var own))
                people.Add(person, own = new HashSet<string>(StringComparer.Ordinal));
            own.Add(value);
        }
        List<DroppedValues> dropped = [.. requests.Dropped.Where(drop => drop.Type == type.Name)];
        var blocked = dropped.Where(drop => drop.Reason is DropReason.Blocked).Sum(drop => drop.Count);
        var all = events + dropped.Sum(drop => drop.Count);
        var valuesPerPerson = Distribution.Of(people.Values.Select(own => own.Count));
        var personsPerValue = Distribution.Of(values.Values.Select(persons => persons.Count).Where(count => count > 0));
        return new TypeHealth
        {
            Name = type.Name,
            Events = events,
            DistinctValues = values.Count,
            Dropped = dropped,
            BlockedShare = all == 0 ? 0 : Math.Round((double)blocked / all, 4),
            ValuesPerPerson = valuesPerPerson,
            PersonsPerValue = personsPerValue,
            Verdict = Judge(valuesPerPerson, personsPerValue),
        };
    }

    private static string? ValueOf(IdentifierType type, ResolutionRequest? request)
    {
        foreach (var identifier in request?.Identifiers ?? [])
            if (identifier.Type == type.Name && !identifier.IsAlias)
                return identifier.Value;
        return null;
    }

    private static IdentityConfiguration Without(IdentifierType type, IdentityConfiguration configuration) =>
        configuration with { Identifiers = [.. configuration.Identifiers.Where(other => other != type)] };

    private static ResolutionRequest? Without(IdentifierType type, ResolutionRequest? request)
    {
        if (request is null || !request.Identifiers.Any(identifier => identifier.Type == type.Name))
            return request;
        List<Identifier> others = [.. request.Identifiers.Where(identifier => identifier.Type != type.Name)];
        return others.Count == 0 ? null : request with { Identifiers = others, UniqueValue = type.IsUnique ? null : request.UniqueValue };
    }
}
