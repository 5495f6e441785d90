using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Spec signals-api 7.2, 14.7 and 3.2.</summary>
public sealed class StreamAttributesTests
{
    [Theory]
    [Trait("Row", "107")]
    [InlineData("P1D", null, "P3D", "P4D", "P1D")]
    [InlineData(null, "P2D", "P3D", "P4D", "P2D")]
    [InlineData(null, null, "P3D", "P4D", "P3D")]
    [InlineData(null, null, null, "P4D", "P4D")]
    [InlineData(null, null, null, null, "P7D")]
    public void A_value_lives_for_the_first_lifetime_that_is_set(string? period, string? attribute, string? group, string? key, string lifetime)
    {
        var keyDefinition = new AttributeKeyDefinition { Name = "user_id", Ttl = Duration(key) };
        var attributeDefinition = Bodies.Attribute(Bodies.CounterAttribute) with { Period = Duration(period), Ttl = Duration(attribute) };
        var groupDefinition = Bodies.Group(Bodies.GroupOf()) with { Ttl = Duration(group) };

        Assert.Equal(lifetime, IsoDuration.Format(AttributeLifetime.Of(keyDefinition, groupDefinition, attributeDefinition)));
    }

    [Fact]
    public void Values_from_the_warehouse_live_for_a_year_when_nobody_says_otherwise() =>
        Assert.Equal(TimeSpan.FromDays(365), AttributeLifetime.OfGroup(new() { Name = "k" }, Bodies.Group(Bodies.GroupOf()) with { Offline = true }));

    [Fact]
    [Trait("Row", "50")]
    public void Equal_definitions_are_computed_once_for_the_longest_lifetime_of_their_sources()
    {
        var group = Bodies.Group(Bodies.GroupOf(Bodies.CounterAttribute)) with { IsPublished = true, Ttl = TimeSpan.FromDays(1) };
        var snapshot = new DefinitionSnapshot();
        foreach (var one in new[] { group, group with { Version = 2, Ttl = TimeSpan.FromDays(9) }, group with { Name = "draft", IsPublished = false }, group with { Name = "table", Offline = true } })
            snapshot = snapshot with { AttributeGroups = snapshot.AttributeGroups.Add(one.Id, one) };

        var value = Assert.Single(StreamAttributes.Of(snapshot));

        Assert.Equal(TimeSpan.FromDays(9), value.Ttl);
        Assert.Equal([new(new("g", 1), "a"), new(new("g", 2), "a")], value.Sources);
    }

    [Theory]
    [Trait("Row", "25")]
    [InlineData("""{"name":"k","property":{"name":"app_id"},"key":"user_id"}""", "app_id")]
    [InlineData("""{"name":"platform","key":"user_id"}""", "user_id")]
    [InlineData("""{"name":"user_id","key":"no_column"}""", "user_id")]
    [InlineData("""{"name":"user_id"}""", "user_id")]
    [InlineData("""{"name":"k","external_column":"k"}""", null)]
    public void The_identifier_is_found_by_property_then_key_then_name(string key, string? column)
    {
        var source = AttributeKeyIdentifier.SourceOf(Bodies.Key(key));

        Assert.Equal(column is null ? null : new Engine.Events.AtomicReference(Engine.Events.AtomicColumns.IndexOf(column)), source);
        Assert.Equal(column, PropertyExpressions.IdentifierOf(Bodies.Key(key)));
    }

    [Theory]
    [InlineData("""{"operation":"concat","separator":"-","properties":[{"name":"app_id"},{"name":"user_id"}]}""", "concat(app_id, user_id)")]
    [InlineData("""{"name":"derived_tstamp","date_part":"hour_of_day"}""", "hour_of_day(derived_tstamp)")]
    [InlineData("""{"type":"entity","vendor":"com.acme'; drop table x","name":"HTTPCookie","major_version":1,"path":"a b.c\"d"}""", "contexts_com_acme___drop_table_x_httpcookie_1[0]:\"a b\".\"c\"\"d\"")]
    [Trait("Row", "32")]
    public void Texts_of_properties_are_safe_to_paste_into_a_query(string property, string text) =>
        Assert.Equal(text, PropertyExpressions.Write(Bodies.Attribute($$"""{"name":"a","type":"int32","aggregation":"counter","property":{{property.Replace("c\"d", "c\\\"d", StringComparison.Ordinal)}}}""").Property!, PropertySyntax.Snowflake));

    [Fact]
    [Trait("Row", "37")]
    public void Templates_offer_what_the_specification_lists()
    {
        Assert.Equal([4, 7, 12, 10, 5], GroupTemplates.All.Select(template => template.Attributes.Count));
        Assert.Equal(["ecommerce", "marketing_attribution", "web_analytics"], GroupTemplates.All.Select(template => template.Category).Distinct().Order());
        foreach (var template in GroupTemplates.All)
        {
            var group = new AttributeGroupDefinition { Name = "t", AttributeKey = new() { Name = "user_id" }, Attributes = template.Attributes, Offline = false };
            Assert.Empty(Bodies.GroupErrors(DefinitionJson.ToJson(group)));
        }
    }

    private static TimeSpan? Duration(string? text) => text is not null && IsoDuration.TryParse(text, out var duration) ? duration : null;
}
