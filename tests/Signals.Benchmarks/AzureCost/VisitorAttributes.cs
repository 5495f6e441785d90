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

    /// <summary>Kinds in turn, each over a property of its own: the sum, the last value, the mean, the most frequent value.</summary>
    private static AttributeDefinition Attribute(int index, bool windowed) => new()
    {
        Name = $"attribute_{index}",
        Type = AttributeType.Double,
        Aggregation = (index % 4) switch
        {
            0 => AggregationKind.Sum,
            1 => AggregationKind.Last,
            2 => AggregationKind.Mean,
            _ => AggregationKind.MostFrequent,
        },
        Property = new EventProperty { Vendor = VisitorStream.Vendor, Name = VisitorStream.EventName, MajorVersion = 1, Path = VisitorStream.PropertyName(index) },
        Events = [new EventFilter { Vendor = VisitorStream.Vendor, Name = VisitorStream.EventName }],
        Period = windowed ? TimeSpan.FromDays(7) : null,
    };
}
