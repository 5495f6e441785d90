namespace Signals.Engine.Definitions;

/// <summary>A set of attributes to start a group from (spec signals-api 4.8).</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Description">What it is good for.</param>
/// <param name="Category"><c>ecommerce</c>, <c>marketing_attribution</c> or <c>web_analytics</c>.</param>
/// <param name="Attributes">Valid in a stream group on any attribute key.</param>
public sealed record GroupTemplate(string Name, string Description, string Category, IReadOnlyList<AttributeDefinition> Attributes);

/// <summary>All templates.</summary>
public static class GroupTemplates
{
    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<GroupTemplate> All { get; } =
    [
        WebTemplates.BasicWeb, WebTemplates.UserAgent, CampaignTemplate.CampaignAttribution, ShopTemplates.ProductViews, ShopTemplates.Transactions,
    ];
}
