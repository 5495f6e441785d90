using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// The identity tables that Snowplow's warehouse package derives from events (spec identities, section 15), built run by run. Kept is the
/// newer layout with keys that never change; the older tables are read out of it.
/// </summary>
public sealed class IdentityTables
{
    private readonly Dictionary<SnowplowId, IdentityRow> _identities = [];
    private readonly Dictionary<SnowplowId, MappingRow> _mapping = [];
    private readonly Dictionary<(SnowplowId Id, SnowplowId? Previous), ChangeRow> _changes = [];
    private readonly Dictionary<(SnowplowId Id, string Type, string Value), (Sighting First, Sighting Last)> _identifiers = [];

    /// <summary>Ids that were seen on events.</summary>
    public IReadOnlyCollection<IdentityRow> Identities => _identities.Values;

    /// <summary>Ids that were merged away.</summary>
    public IReadOnlyCollection<MappingRow> Mapping => _mapping.Values;

    /// <summary>Creations and merges.</summary>
    public IReadOnlyCollection<ChangeRow> Changes => _changes.Values;

    /// <summary>Takes in the events of one run.</summary>
    /// <param name="events">Events with an identity.</param>
    /// <param name="merges">Merge events.</param>
    public void Add(IEnumerable<IdentifiedEvent> events, IEnumerable<MergeEvent> merges)
    {
        foreach (var seen in events)
            AddIdentity(seen);
        var rows = Unnest(merges);
        var affected = Affected(rows);
        AddMapping(rows);
        AddMerges(rows, affected);
        foreach (var identity in _identities.Values)
            Keep(new ChangeRow(identity.Id, null, identity.First.At, identity.First.EventId, identity.First.AppId));
    }

    /// <summary>What every id stood for over time, by id and time.</summary>
    public IReadOnlyList<HistoryRow> History()
    {
        var history = new List<HistoryRow>();
        foreach (var rows in _changes.Values.GroupBy(change => change.PreviousId ?? change.Id).OrderBy(rows => rows.Key))
        {
            // Of rows of one time the one with the present root holds on.
            var ordered = rows.OrderBy(row => row.EffectiveAt).ThenBy(row => row.Id == RootOf(rows.Key)).ToList();
            for (var i = 0; i < ordered.Count; i++)
            {
                var supersededAt = i + 1 < ordered.Count ? ordered[i + 1].EffectiveAt : (EventTime?)null;
                history.Add(new HistoryRow(rows.Key, ordered[i].Id, ordered[i].EffectiveAt, supersededAt, ordered[i].PreviousId is not null));
            }
        }
        return history;
    }

    /// <summary>Identifiers and the people that they belong to now.</summary>
    public IReadOnlyList<IdentifierRow> IdentifierMapping() =>
    [
        .. _identifiers
            .GroupBy(entry => (Root: RootOf(entry.Key.Id), entry.Key.Type, entry.Key.Value))
            .Select(same => new IdentifierRow(
                same.Key.Root, same.Key.Type, same.Key.Value, same.Min(entry => entry.Value.First)!, same.Max(entry => entry.Value.Last)!)),
    ];

    private SnowplowId RootOf(SnowplowId id) => _mapping.TryGetValue(id, out var row) ? row.ActiveId : id;

    private void AddIdentity(IdentifiedEvent seen)
    {
        var sighting = new Sighting(seen.At, seen.EventId, seen.AppId);
        var row = _identities.GetValueOrDefault(seen.Id) ?? new IdentityRow(seen.Id, seen.CreatedAt, sighting, sighting);
        if (sighting.CompareTo(row.First) < 0)
            row = row with { First = sighting, CreatedAt = seen.CreatedAt };
        if (sighting.CompareTo(row.Last) > 0)
            row = row with { Last = sighting };
        _identities[seen.Id] = row;
        foreach (var identifier in seen.Identifiers)
        {
            var key = (seen.Id, identifier.Type, identifier.Value);
            var (first, last) = _identifiers.GetValueOrDefault(key, (sighting, sighting));
            _identifiers[key] = (sighting.CompareTo(first) < 0 ? sighting : first, sighting.CompareTo(last) > 0 ? sighting : last);
        }
    }

    /// <summary>One row per survivor, absorbed id and time of its merge.</summary>
    private static List<MergeRow> Unnest(IEnumerable<MergeEvent> merges) =>
    [
        .. merges
            .SelectMany(merge => merge.Merged.Select(child => (merge.Id, Child: child)))
            .GroupBy(row => (Parent: row.Id, row.Child.Id, row.Child.MergedAt))
            .Select(same => new MergeRow(same.Key.Parent, same.Key.Id, same.Key.MergedAt, same.Min(row => row.Child.EventId)!)),
    ];

    /// <summary>Ids that stood for somebody who is merged away now, and for whom.</summary>
    private Dictionary<SnowplowId, SnowplowId> Affected(List<MergeRow> rows)
    {
        var children = rows.Select(row => row.Child).ToHashSet();
        return _mapping.Values.Where(row => children.Contains(row.ActiveId)).ToDictionary(row => row.Id, row => row.ActiveId);
    }

    private void AddMapping(List<MergeRow> rows)
    {
        foreach (var child in rows.GroupBy(row => row.Child))
        {
            var newest = child.MaxBy(row => row.MergedAt)!;
            var known = _mapping.GetValueOrDefault(child.Key);
            _mapping[child.Key] = new MappingRow(child.Key, newest.Parent, known is null || newest.MergedAt > known.MergedAt ? newest.MergedAt : known.MergedAt);
        }

        // Events arrive in any order and may name less than the whole history, so every way is followed to its end.
        var parents = rows.ToLookup(row => row.Child, row => row.Parent);
        foreach (var row in _mapping.Values.ToList())
            _mapping[row.Id] = row with { ActiveId = FollowToEnd(row.Id, parents) };
    }

    private SnowplowId FollowToEnd(SnowplowId id, ILookup<SnowplowId, SnowplowId> parents)
    {
        var passed = new HashSet<SnowplowId>();
        while (passed.Add(id))
        {
            // Of several survivors the one that was not absorbed itself is the last.
            var next = parents[id].OrderBy(parent => _mapping.ContainsKey(parent)).FirstOrDefault();
            if (next.IsNone && _mapping.TryGetValue(id, out var row))
                next = row.ActiveId;
            if (next.IsNone)
                return id;
            id = next;
        }
        return id;
    }

    private void AddMerges(List<MergeRow> rows, Dictionary<SnowplowId, SnowplowId> affected)
    {
        var children = rows.Select(row => row.Child).ToHashSet();
        var newest = rows.GroupBy(row => row.Parent).ToDictionary(same => same.Key, same => same.Max(row => row.MergedAt));
        var severalParents = rows.GroupBy(row => row.Child).Where(same => same.Select(row => row.Parent).Distinct().Count() > 1).Select(same => same.Key).ToHashSet();
        foreach (var row in rows)
        {
            var root = RootOf(row.Child);
            var isCascade = severalParents.Contains(row.Child) || affected.ContainsKey(row.Child);
            KeepMerge(root, row.Child, isCascade ? Later(row.MergedAt, newest.GetValueOrDefault(root, row.MergedAt)) : row.MergedAt, row.EventId);
            if (children.Contains(row.Parent))
                KeepMerge(row.Parent, row.Child, Later(row.MergedAt, newest[row.Parent]), row.EventId);
        }
        foreach (var (orphan, oldParent) in affected)
        {
            if (!children.Contains(orphan))
                KeepMerge(RootOf(oldParent), orphan, _mapping[oldParent].MergedAt, rows.First(row => row.Child == oldParent).EventId);
        }
    }

    private void KeepMerge(SnowplowId root, SnowplowId child, EventTime effectiveAt, string eventId) =>
        Keep(new ChangeRow(root, child, effectiveAt, eventId, _identities.GetValueOrDefault(child)?.First.AppId ?? ""));

    /// <summary>Of two rows for one change the one that took effect earlier is kept.</summary>
    private void Keep(ChangeRow change)
    {
        if (!_changes.TryGetValue((change.Id, change.PreviousId), out var known) || change.EffectiveAt < known.EffectiveAt)
            _changes[(change.Id, change.PreviousId)] = change;
    }

    private static EventTime Later(EventTime one, EventTime other) => one > other ? one : other;

    private sealed record MergeRow(SnowplowId Parent, SnowplowId Child, EventTime MergedAt, string EventId);
}
