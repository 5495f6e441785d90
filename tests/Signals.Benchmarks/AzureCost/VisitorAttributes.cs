using System.Collections.Immutable;
using Signals.Engine.Definitions;

namespace Signals.Benchmarks.AzureCost;

/// <summary>One published group of so many attributes per visitor; no two are equal, since equal ones share their state.</summary>
internal sealed class VisitorAttributes : IDefinitionSource
{
    public VisitorAttributes(CostScenario scenario)
    {
        var key = new AttributeKeyDefinition { Name = "domain_userid", Key = "domain_userid", IsPublished = true };
        var group = new AttributeGroupDefinition
        {
            Name = "visitors",
            AttributeKey = key,
            Attributes = [.. Enumerable.Range(0, scenario.Attributes).Select(index => Attribute(index, scenario.Windowed))],
            IsPublished = true,
        };
        Current = new DefinitionSnapshot
        {
            Revision = 1,
            AttributeKeys = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create(key.Name, key)]),
            AttributeGroups = ImmutableDictionary.CreateRange([KeyValuePair.Create(group.Id, group)]),
        };
    }

    public DefinitionSnapshot Current { get; }

    /// <summary>Attributes of all kinds in turn: a count, a sum, the last value, the mean, the most frequent value.</summary>
    private static AttributeDefinition Attribute(int index, bool windowed)
    {
        var (aggregation, type, property) = (index % 5) switch
        {
            0 => (AggregationKind.Counter, AttributeType.Int32, null),
            1 => (AggregationKind.Sum, AttributeType.Double, Purchase("price")),
            2 => (AggregationKind.Last, AttributeType.String, new AtomicProperty { Name = "page_urlpath" }),
            3 => (AggregationKind.Mean, AttributeType.Double, Purchase("quantity")),
            _ => (AggregationKind.MostFrequent, AttributeType.String, (PropertyDefinition)Purchase("path")),
        };
        return new AttributeDefinition
        {
            Name = $"attribute_{index}",
            Type = type,
            Aggregation = aggregation,
            Property = property,
            Events = [new EventFilter { Vendor = "com.example", Name = "purchase" }],
            Period = windowed ? TimeSpan.FromDays(1 + index) : null,
            DefaultValue = null,
        };
    }

    private static EventProperty Purchase(string path) => new() { Vendor = "com.example", Name = "purchase", MajorVersion = 1, Path = path };
}
