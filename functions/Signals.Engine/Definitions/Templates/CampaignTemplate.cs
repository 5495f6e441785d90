namespace Signals.Engine.Definitions;

/// <summary>The template for marketing.</summary>
internal static class CampaignTemplate
{
    private static readonly string[] Parts = ["medium", "source", "campaign", "term"];

    public static GroupTemplate CampaignAttribution { get; } = new(
        "Campaign attribution",
        "The campaigns that brought the visitor: the first, the last, and all of them.",
        "marketing_attribution",
        [
            .. Parts.Select(part => Touch($"first_mkt_{part}", $"Marketing {part} of the first campaign.", part, AggregationKind.First, AttributeType.String)),
            .. Parts.Select(part => Touch($"last_mkt_{part}", $"Marketing {part} of the last campaign.", part, AggregationKind.Last, AttributeType.String)),
            .. Parts.Select(part => Touch($"mkt_{part}_list", $"Marketing {part} of every campaign.", part, AggregationKind.UniqueList, AttributeType.StringList)),
        ]);

    private static AttributeDefinition Touch(string name, string description, string part, AggregationKind aggregation, AttributeType type) => new()
    {
        Name = name,
        Description = description,
        Type = type,
        Aggregation = aggregation,
        Property = new AtomicProperty { Name = $"mkt_{part}" },
    };
}
