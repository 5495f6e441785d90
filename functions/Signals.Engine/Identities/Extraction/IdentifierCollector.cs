using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Gathers the identifiers of one event: cleaned, without repetitions, the highest-ranked ones only.</summary>
internal sealed class IdentifierCollector(ExtractionMetrics metrics)
{
    private readonly List<Identifier> _found = [];
    private IdentifierPlan? _plan;
    private string? _unique;

    public bool IsEmpty => _found.Count == 0;

    public void Begin(IdentifierPlan plan)
    {
        _plan = plan;
        _unique = null;
        _found.Clear();
    }

    /// <summary>Adds a value as it came; sources have to come in the order of their rank.</summary>
    public void Add(IdentifierSource source, ReadOnlySpan<char> raw)
    {
        if (!_plan!.Hygiene.TryClean(source.Type, raw, out var value, out var reason))
        {
            Drop(source.Type, reason);
            return;
        }
        foreach (var known in _found)
            if (known.Value == value && known.Type == source.Type.Name)
                return;
        var limit = _plan.Configuration.Limits.IdentifiersPerEvent;
        if (limit > 0 && _found.Count >= limit)
        {
            Drop(source.Type, DropReason.TooMany);
            return;
        }
        _found.Add(new Identifier(source.Type.Name, value, source.IsAlias));
        if (source.Type.IsUnique && !source.IsAlias)
            _unique = value;
    }

    /// <summary>Counts a value that is not used.</summary>
    public void Drop(IdentifierType type, DropReason reason) => metrics.CountDropped(reason, type.Name);

    public ResolutionRequest ToRequest(string eventId, EventTime time, string appId) =>
        new() { EventId = eventId, Time = time, AppId = appId, Identifiers = [.. _found], UniqueValue = _unique };
}
