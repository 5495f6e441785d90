using System.Collections.Immutable;
using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Benchmarks.Engine;

/// <summary>The definitions of Snowplow's two tutorials, published.</summary>
internal sealed class TutorialDefinitions : IDefinitionSource
{
    private const string Ecommerce = "com.snowplowanalytics.snowplow.ecommerce";
    private const string Action = "snowplow_ecommerce_action";

    private TutorialDefinitions(AttributeGroupDefinition[] groups, params InterventionDefinition[] interventions) => Current = new DefinitionSnapshot
    {
        Revision = 1,
        AttributeKeys = groups.Select(group => group.AttributeKey).ToImmutableSortedDictionary(key => key.Name, key => key, StringComparer.Ordinal),
        AttributeGroups = groups.ToImmutableDictionary(group => group.Id),
        Interventions = interventions.ToImmutableDictionary(intervention => intervention.Id),
    };

    /// <inheritdoc />
    public DefinitionSnapshot Current { get; }

    /// <summary>Tasks per user, and views and carts per browser: web-shop actions match the second group.</summary>
    public static TutorialDefinitions Both(params InterventionDefinition[] interventions) => new([Tasks(), Shop()], interventions);

    /// <summary>Tasks per user only: no web-shop event matches.</summary>
    public static TutorialDefinitions TasksOnly() => new([Tasks()]);

    private static AttributeGroupDefinition Tasks()
    {
        EventFilter[] completed = [new() { Vendor = "com.example", Name = "task_completed", Version = "1-0-0" }];
        return Group("project_engagement", "user_id",
            new AttributeDefinition
            {
                Name = "tasks_completed_count",
                Type = AttributeType.Int32,
                Aggregation = AggregationKind.Counter,
                Events = completed,
                Period = TimeSpan.FromDays(7),
            },
            new AttributeDefinition
            {
                Name = "last_completed_task_priority",
                Type = AttributeType.String,
                Aggregation = AggregationKind.Last,
                Events = completed,
                Property = new EventProperty { Vendor = "com.example", Name = "task_completed", MajorVersion = 1, Path = "priority" },
                Period = TimeSpan.FromDays(7),
            });
    }

    private static AttributeGroupDefinition Shop() => Group("ecom_attributes", "domain_userid",
        OnAction("count_product_views", AttributeType.Int32, AggregationKind.Counter, "product_view"),
        OnAction("count_add_to_cart", AttributeType.Int32, AggregationKind.Counter, "add_to_cart"),
        OnAction("total_cart_value", AttributeType.Float, AggregationKind.Sum, "add_to_cart") with
        {
            Property = new EntityProperty { Vendor = Ecommerce, Name = "product", MajorVersion = 1, Path = "price" },
        });

    private static AttributeDefinition OnAction(string name, AttributeType type, AggregationKind aggregation, string action) => new()
    {
        Name = name,
        Type = type,
        Aggregation = aggregation,
        Events = [new EventFilter { Vendor = Ecommerce, Name = Action }],
        Criteria = new EventCriteria
        {
            All =
            [
                new EventCriterion
                {
                    Property = new EventProperty { Vendor = Ecommerce, Name = Action, MajorVersion = 1, Path = "type" },
                    Operator = EventOperator.Equal,
                    Value = JsonSerializer.SerializeToElement(action),
                },
            ],
        },
    };

    private static AttributeGroupDefinition Group(string name, string key, params AttributeDefinition[] attributes) => new()
    {
        Name = name,
        AttributeKey = new AttributeKeyDefinition { Name = key, Key = key, IsPublished = true },
        Attributes = attributes,
        IsPublished = true,
    };
}
