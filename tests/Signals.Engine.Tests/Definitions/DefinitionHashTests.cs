using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Spec signals-api 7.2.</summary>
[Trait("Row", "50")]
public sealed class DefinitionHashTests
{
    private static readonly AttributeKeyDefinition Session = new() { Name = "domain_sessionid", Key = "domain_sessionid" };

    private static readonly AttributeDefinition Total = new()
    {
        Name = "cart_total",
        Type = AttributeType.Double,
        Aggregation = AggregationKind.Last,
        Events = [new EventFilter { Name = "cart", Vendor = "com.acme" }, new EventFilter { Name = "order" }],
        Property = new EventProperty { Vendor = "com.acme", Name = "cart", MajorVersion = 1, Path = "$.total" },
        Criteria = new EventCriteria
        {
            All = [new EventCriterion { Property = new AtomicProperty { Name = "app_id" }, Operator = EventOperator.Equal, Value = Json("100") }],
        },
        Period = TimeSpan.FromDays(1),
    };

    public static TheoryData<string> Differences => [.. Changed.Keys];

    public static TheoryData<string> SameMeanings => [.. Equal.Keys];

    private static Dictionary<string, AttributeDefinition> Changed { get; } = new()
    {
        ["type"] = Total with { Type = AttributeType.Float },
        ["aggregation"] = Total with { Aggregation = AggregationKind.First },
        ["events"] = Total with { Events = [new EventFilter { Name = "cart", Vendor = "com.acme" }] },
        ["path"] = Total with { Property = new EventProperty { Vendor = "com.acme", Name = "cart", MajorVersion = 1, Path = "sum" } },
        ["entity instead of event"] = Total with { Property = new EntityProperty { Vendor = "com.acme", Name = "cart", MajorVersion = 1, Path = "total" } },
        ["criteria"] = Total with { Criteria = null },
        ["any instead of all"] = Total with { Criteria = new EventCriteria { Any = Total.Criteria!.All } },
        ["period"] = Total with { Period = TimeSpan.FromDays(2) },
        ["no period"] = Total with { Period = null },
        ["time unit"] = Total with { TimeUnit = TimeUnit.Hour },
        ["date part"] = Total with { Property = Total.Property! with { DatePart = DatePart.ActiveDay } },
    };

    private static Dictionary<string, AttributeDefinition> Equal { get; } = new()
    {
        ["name and description"] = Total with { Name = "other", Description = "text" },
        ["default value"] = Total with { DefaultValue = Json("0") },
        ["ttl"] = Total with { Ttl = TimeSpan.FromDays(3) },
        ["order of events"] = Total with { Events = [.. Total.Events.Reverse()] },
        ["repeated event"] = Total with { Events = [.. Total.Events, Total.Events[0]] },
        ["spelling of the path"] = Total with { Property = new EventProperty { Vendor = "com.acme", Name = "cart", MajorVersion = 1, Path = "total" } },
        ["spelling of a number"] = Total with
        {
            Criteria = new EventCriteria
            {
                All = [new EventCriterion { Property = new AtomicProperty { Name = "app_id" }, Operator = EventOperator.Equal, Value = Json("1.0e2") }],
                Any = [],
            },
        },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void A_different_definition_has_a_different_hash(string difference) =>
        Assert.NotEqual(DefinitionHash.Of(Session, Total), DefinitionHash.Of(Session, Changed[difference]));

    [Theory]
    [MemberData(nameof(SameMeanings))]
    public void What_does_not_change_the_value_does_not_change_the_hash(string difference) =>
        Assert.Equal(DefinitionHash.Of(Session, Total), DefinitionHash.Of(Session, Equal[difference]));

    [Fact]
    public void Name_and_identifier_source_of_the_key_count_but_its_description_does_not()
    {
        var hash = DefinitionHash.Of(Session, Total);

        Assert.NotEqual(hash, DefinitionHash.Of(Session with { Name = "session" }, Total));
        Assert.NotEqual(hash, DefinitionHash.Of(Session with { Key = "domain_userid" }, Total));
        Assert.Equal(hash, DefinitionHash.Of(Session with { Description = "text", Owner = "o", Ttl = TimeSpan.FromDays(1) }, Total));
        Assert.Equal(hash, DefinitionHash.Of(Session with { Key = null }, Total));
        Assert.Equal(hash, DefinitionHash.Of(Session with { Key = null, Property = new AtomicProperty { Name = "domain_sessionid" } }, Total));
    }

    [Fact]
    public void The_same_attribute_in_a_warehouse_group_is_another_value()
    {
        var group = new AttributeGroupDefinition { Name = "g", AttributeKey = Session, Attributes = [Total] };

        Assert.Equal([("cart_total", DefinitionHash.Of(Session, Total))], DefinitionHash.OfGroup(Session, group));
        Assert.NotEqual(DefinitionHash.Of(Session, Total), DefinitionHash.OfGroup(Session, group with { Offline = true }).Single().Id);
    }

    [Fact]
    public void Fields_of_two_tables_are_two_values()
    {
        var field = new FieldDefinition { Name = "score", Type = AttributeType.Double };
        var source = new BatchSource { Name = "s", Database = "d", Schema = "s", Table = "one", TimestampField = "at" };
        var group = new AttributeGroupDefinition { Name = "g", AttributeKey = Session, Fields = [field], BatchSource = source, Offline = true };

        Assert.Equal(DefinitionHash.OfField(Session, group, field), DefinitionHash.OfField(Session, group with { Version = 2 }, field));
        Assert.NotEqual(DefinitionHash.OfField(Session, group, field), DefinitionHash.OfField(Session, group with { BatchSource = source with { Table = "two" } }, field));
    }

    [Fact]
    public void The_hash_of_a_known_definition_never_changes() =>
        Assert.Equal("cc5e8ab3c113047f8377412f7f09b850", DefinitionHash.Of(Session, Total).ToString());

    [Fact]
    public void Ids_are_written_and_read_as_16_bytes()
    {
        var id = DefinitionHash.Of(Session, Total);
        Span<byte> bytes = stackalloc byte[DefinitionId.Size];

        id.Write(bytes);

        Assert.Equal(id, DefinitionId.Read(bytes));
        Assert.Equal(Convert.ToHexStringLower(bytes), id.ToString());
    }

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;
}
