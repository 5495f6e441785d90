using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>A column that can be read: an attribute or field of a published group version.</summary>
/// <param name="Group">Group and version.</param>
/// <param name="Name">Name of the attribute or field.</param>
/// <param name="Definition">Its state and how it is read.</param>
/// <param name="Default">Answered when there is no value.</param>
internal sealed record PublishedColumn(VersionedName Group, string Name, DefinitionPlan Definition, AttributeValue Default);

/// <summary>An attribute that the stream computes, with the plan of its state.</summary>
internal sealed record StreamedAttribute(AttributeDefinition Attribute, DefinitionPlan Definition);

/// <summary>
/// What is published, laid out per attribute key: equal definitions are one, with the longest lifetime of those that share
/// it. Made once per snapshot; the stream plan and the reader build on it.
/// </summary>
internal sealed class PublishedDefinitions
{
    private readonly Dictionary<string, KeyLayout> _keys = new(StringComparer.Ordinal);

    private readonly Dictionary<string, (AttributeKeyDefinition Key, KeyPlan Plan)> _bare = new(StringComparer.Ordinal);

    private PublishedDefinitions(DefinitionSnapshot snapshot) => Snapshot = snapshot;

    /// <summary>The snapshot that it was made from.</summary>
    public DefinitionSnapshot Snapshot { get; }

    /// <summary>The attribute keys that published groups use.</summary>
    public IEnumerable<KeyLayout> Keys => _keys.Values;

    /// <summary>Lays a snapshot out.</summary>
    public static PublishedDefinitions From(DefinitionSnapshot snapshot)
    {
        var published = new PublishedDefinitions(snapshot);
        var groups = snapshot.AttributeGroups.Values.Where(group => group.IsPublished)
            .OrderBy(group => group.Name, StringComparer.Ordinal).ThenBy(group => group.Version);
        foreach (var perKey in groups.GroupBy(group => group.AttributeKey.Name, StringComparer.Ordinal))
            if (snapshot.AttributeKeys.TryGetValue(perKey.Key, out var key))
                published._keys.Add(key.Name, new KeyLayout(key, perKey));
        return published;
    }

    /// <summary>
    /// The plan of a key that may be on no published group. To be asked for while the plan is made, not later.
    /// </summary>
    public KeyPlan PlanOf(AttributeKeyDefinition key)
    {
        if (_keys.TryGetValue(key.Name, out var layout))
            return layout.Plan;
        if (!_bare.TryGetValue(key.Name, out var bare))
            _bare.Add(key.Name, bare = (key, new KeyPlan(key.Name, [])));
        return bare.Plan;
    }

    /// <summary>The keys that have profiles, with their plans: those of published groups, and those that a plan was asked for.</summary>
    public IEnumerable<(AttributeKeyDefinition Key, KeyPlan Plan)> Profiled => _keys.Values.Select(layout => (layout.Key, layout.Plan)).Concat(_bare.Values);

    /// <summary>The layout of a key; null when no published group uses it.</summary>
    public KeyLayout? Find(string attributeKey) => _keys.GetValueOrDefault(attributeKey);
}

/// <summary>What is published on one attribute key.</summary>
internal sealed class KeyLayout
{
    private readonly List<DefinitionPlan> _definitions = [];
    private readonly Dictionary<DefinitionId, int> _indexes = [];
    private readonly Dictionary<VersionedName, IReadOnlyList<PublishedColumn>> _columns = [];
    private readonly Dictionary<int, AttributeDefinition> _streamed = [];

    public KeyLayout(AttributeKeyDefinition key, IEnumerable<AttributeGroupDefinition> groups)
    {
        Key = key;
        var published = groups.ToList();
        foreach (var group in published)
            AddDefinitions(group);
        Plan = new KeyPlan(key.Name, _definitions);
        foreach (var group in published)
            _columns.Add(group.Id, [.. ColumnsOf(group)]);
    }

    /// <summary>The attribute key.</summary>
    public AttributeKeyDefinition Key { get; }

    /// <summary>Its distinct definitions.</summary>
    public KeyPlan Plan { get; }

    /// <summary>The distinct attributes that the stream computes.</summary>
    public IEnumerable<StreamedAttribute> Streamed => _streamed.Select(entry => new StreamedAttribute(entry.Value, _definitions[entry.Key]));

    /// <summary>The columns of a group version; null when it is not published on this key.</summary>
    public IReadOnlyList<PublishedColumn>? ColumnsOf(VersionedName group) => _columns.GetValueOrDefault(group);

    /// <summary>All published columns.</summary>
    public IEnumerable<PublishedColumn> Columns => _columns.Values.SelectMany(columns => columns);

    private void AddDefinitions(AttributeGroupDefinition group)
    {
        var warehouse = group.Offline is true;
        foreach (var attribute in group.Attributes)
        {
            var id = warehouse ? DefinitionHash.OfWarehouseAttribute(Key, group, attribute) : DefinitionHash.Of(Key, attribute);
            var lifetime = attribute.Ttl ?? AttributeLifetime.OfGroup(Key, group);
            var index = warehouse
                ? Add(new DefinitionPlan(id, _definitions.Count, Aggregation.WarehouseValue, attribute.Type, TimeUnit.Second, null, lifetime))
                : Add(new DefinitionPlan(id, _definitions.Count, Aggregation.Of(attribute.Aggregation), attribute.Type, attribute.TimeUnit ?? TimeUnit.Second, attribute.Period, lifetime));
            if (!warehouse)
                _streamed.TryAdd(index, attribute);
        }
        foreach (var field in group.Fields)
            Add(new DefinitionPlan(
                DefinitionHash.OfField(Key, group, field), _definitions.Count, Aggregation.WarehouseValue, field.Type, TimeUnit.Second, null,
                AttributeLifetime.OfGroup(Key, group)));
    }

    private int Add(DefinitionPlan definition)
    {
        if (!_indexes.TryGetValue(definition.Id, out var index))
        {
            _indexes.Add(definition.Id, definition.Index);
            _definitions.Add(definition);
            return definition.Index;
        }
        if (definition.Ttl > _definitions[index].Ttl)
            _definitions[index] = _definitions[index] with { Ttl = definition.Ttl };
        return index;
    }

    private IEnumerable<PublishedColumn> ColumnsOf(AttributeGroupDefinition group)
    {
        var ids = DefinitionHash.OfGroup(Key, group).ToList();
        for (var i = 0; i < ids.Count; i++)
        {
            var definition = _definitions[_indexes[ids[i].Id]];
            var declared = i < group.Attributes.Count ? group.Attributes[i].DefaultValue : null;
            yield return new PublishedColumn(group.Id, ids[i].Name, definition, DefaultOf(definition, declared));
        }
    }

    /// <summary>The declared default, else nothing; but an estimate of distinct values starts at zero (spec signals-api 8.3).</summary>
    private static AttributeValue DefaultOf(DefinitionPlan definition, System.Text.Json.JsonElement? declared)
    {
        if (declared is { } json && AttributeValue.FromJson(definition.Type, json) is { IsMissing: false } value)
            return value;
        return definition.Aggregation.Kind == AggregationKind.ApproxCountDistinct
            ? AttributeValue.Of(definition.Type, ValueCoercion.Coerce(ScalarValue.Of(0L), definition.Type))
            : AttributeValue.Missing;
    }
}
