using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Templates for shops that are tracked with Snowplow's ecommerce schemas (spec enriched-events 12).</summary>
internal static class ShopTemplates
{
    private const string Vendor = "com.snowplowanalytics.snowplow.ecommerce";
    private static readonly EventFilter ShopAction = new() { Vendor = Vendor, Name = "snowplow_ecommerce_action" };

    public static GroupTemplate ProductViews { get; } = new(
        "Product views",
        "Which products, brands and categories the visitor looks at.",
        "ecommerce",
        [
            OnView("product_view_count", "Number of product views.", AggregationKind.Counter, AttributeType.Int32),
            OnView("product_brands_viewed", "Brands of the products viewed.", AggregationKind.UniqueList, AttributeType.StringList, "brand"),
            OnView("product_categories_viewed", "Categories of the products viewed.", AggregationKind.UniqueList, AttributeType.StringList, "category"),
            OnView("product_names_viewed", "Names of the products viewed.", AggregationKind.UniqueList, AttributeType.StringList, "name"),
            OnView("approx_count_distinct_product_names_viewed", "About how many different products were viewed.", AggregationKind.ApproxCountDistinct, AttributeType.Int64, "name"),
            OnView("product_category_view_counts", "Product views of each category.", AggregationKind.CategoryCount, AttributeType.Dict, "category"),
            OnView("most_viewed_product_name", "The product viewed most often.", AggregationKind.MostFrequent, AttributeType.String, "name"),
            OnView("least_viewed_product_name", "The product viewed least often.", AggregationKind.LeastFrequent, AttributeType.String, "name"),
            OnView("product_views_with_brand_count", "Views of products with a brand.", AggregationKind.Counter, AttributeType.Int32, null, BrandIs(EventOperator.IsNotNull)),
            OnView("product_views_without_brand_count", "Views of products without a brand.", AggregationKind.Counter, AttributeType.Int32, null, BrandIs(EventOperator.IsNull)),
        ]);

    public static GroupTemplate Transactions { get; } = new(
        "Transactions",
        "What the visitor has bought.",
        "ecommerce",
        [
            On("transaction", "transaction_count", "Number of transactions.", AggregationKind.Counter, AttributeType.Int32, null),
            On("transaction", "transaction_revenue_sum", "Revenue of all transactions.", AggregationKind.Sum, AttributeType.Double, Entity("transaction", "revenue")),
            On("transaction", "product_names_in_transactions", "Name of the first product of each transaction.", AggregationKind.UniqueList, AttributeType.StringList, Entity("product", "name")),
            On("transaction", "product_brands_in_transactions", "Brand of the first product of each transaction.", AggregationKind.UniqueList, AttributeType.StringList, Entity("product", "brand")),
            On("transaction", "product_categories_in_transactions", "Category of the first product of each transaction.", AggregationKind.UniqueList, AttributeType.StringList, Entity("product", "category")),
        ]);

    private static AttributeDefinition OnView(
        string name, string description, AggregationKind aggregation, AttributeType type, string? path = null, EventCriterion? condition = null) =>
        On("product_view", name, description, aggregation, type, path is null ? null : Entity("product", path), condition);

    // All shop actions share one event schema: its type tells them apart.
    private static AttributeDefinition On(
        string action, string name, string description, AggregationKind aggregation, AttributeType type, PropertyDefinition? property, EventCriterion? condition = null)
    {
        var isAction = new EventCriterion
        {
            Property = new EventProperty { Vendor = Vendor, Name = "snowplow_ecommerce_action", MajorVersion = 1, Path = "type" },
            Operator = EventOperator.Equal,
            Value = JsonSerializer.SerializeToElement(action, DefinitionJsonContext.Default.String),
        };
        return new AttributeDefinition
        {
            Name = name,
            Description = description,
            Type = type,
            Aggregation = aggregation,
            Events = [ShopAction],
            Property = property,
            Criteria = new EventCriteria { All = condition is null ? [isAction] : [isAction, condition] },
        };
    }

    private static EventCriterion BrandIs(EventOperator state) => new() { Property = Entity("product", "brand"), Operator = state };

    private static EntityProperty Entity(string name, string path) => new() { Vendor = Vendor, Name = name, MajorVersion = 1, Path = path };
}
