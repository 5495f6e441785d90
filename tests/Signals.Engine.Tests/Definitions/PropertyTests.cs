using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Spec signals-api 2.3.</summary>
[Trait("Row", "16")]
public sealed class PropertyTests
{
    [Theory]
    [InlineData("""{"type":"atomic","name":"app_id"}""")]
    [InlineData("""{"name":"app_id"}""")]
    [InlineData("""{"type":"atomic","name":"app_id","unknown":[1]}""")]
    public void An_atomic_property_may_leave_out_its_type(string property) =>
        Assert.Equal(new AtomicProperty { Name = "app_id" }, Read(property));

    [Fact]
    public void An_entity_has_an_index_that_is_0_when_absent()
    {
        var first = """{"type":"entity","vendor":"com.acme","name":"product","major_version":2,"path":"$.sku"}""";

        Assert.Equal(new EntityProperty { Vendor = "com.acme", Name = "product", MajorVersion = 2, Path = "$.sku" }, Read(first));
        Assert.Equal(3, ((EntityProperty)Read(first.Replace("\"path\"", "\"index\":3,\"path\"", StringComparison.Ordinal))).Index);
    }

    [Theory]
    [InlineData("""{"vendor":"com.acme","name":"cart","major_version":1,"path":"total"}""")]
    [InlineData("""{"vendor":"com.acme","name":"cart","major_version":1,"path":"total","index":0}""")]
    public void Event_and_entity_cannot_be_told_apart_without_a_type(string property) =>
        Assert.Equal(["""["property","type"]"""], Errors(property));

    [Theory]
    [Trait("Row", "15")]
    [InlineData("total", true)]
    [InlineData("$.total", true)]
    [InlineData("a.b[0].c[1][2]", true)]
    [InlineData("$[0].a", true)]
    [InlineData("deviceClass", true)]
    [InlineData("", false)]
    [InlineData("$", false)]
    [InlineData("$.", false)]
    [InlineData("a..b", false)]
    [InlineData("a['b']", false)]
    [InlineData("a[\\\"b\\\"]", false)]
    [InlineData("a[*]", false)]
    [InlineData("a[-1]", false)]
    [InlineData("a[0", false)]
    [InlineData("a[99999999999]", false)]
    [InlineData("a\\nb", false)]
    [InlineData("a\\n", false)]
    public void Paths_have_names_and_indexes_and_nothing_else(string path, bool accepted) =>
        Assert.Equal(
            accepted ? [] : ["""["property","path"]"""],
            Errors($$"""{"type":"event","vendor":"com.acme","name":"cart","major_version":1,"path":"{{path}}"}"""));

    [Theory]
    [Trait("Row", "15")]
    [InlineData("vendor", "\"\"")]
    [InlineData("vendor", "5")]
    [InlineData("name", "\"a b\"")]
    [InlineData("name", "\"a.b\"")]
    [InlineData("name", "\"cart\\n\"")]
    [InlineData("major_version", "0")]
    [InlineData("major_version", "1.5")]
    [InlineData("major_version", "\"1\"")]
    [InlineData("major_version", "99999999999999999999999999999999999")]
    [InlineData("index", "-1")]
    [InlineData("index", "true")]
    [InlineData("date_part", "\"year\"")]
    [InlineData("path", "[]")]
    public void What_is_wrong_with_a_property_is_named(string member, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["type"] = "\"entity\"",
            ["vendor"] = "\"com.acme\"",
            ["name"] = "\"cart\"",
            ["major_version"] = "1",
            ["path"] = "\"total\"",
            [member] = value,
        };

        Assert.Equal([$"""["property","{member}"]"""], Errors($"{{{string.Join(',', members.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}"));
    }

    [Fact]
    public void Every_column_of_an_event_is_an_atomic_property_and_nothing_else_is()
    {
        foreach (var column in AtomicColumns.All)
            Assert.IsType<AtomicProperty>(Read($$"""{"type":"atomic","name":"{{column.Name}}"}"""));
        Assert.Equal("refr_device_tstamp", ((AtomicProperty)Read("""{"type":"atomic","name":"refr_device_tstamp"}""")).Name);
        Assert.Equal(["""["property","name"]"""], Errors("""{"type":"atomic","name":"nonsense"}"""));
    }

    [Theory]
    [Trait("Row", "17")]
    [InlineData("""{"type":"calculated","operation":"concat","separator":"-","properties":[{"name":"app_id"},{"name":"user_id"}]}""", null)]
    [InlineData("""{"operation":"sum","properties":[{"name":"se_value"},{"name":"tr_total"}]}""", null)]
    [InlineData("""{"type":"calculated","operation":"sum","properties":[{"name":"se_value"}]}""", """["property","properties"]""")]
    [InlineData("""{"type":"calculated","operation":"modulo","properties":[{"name":"app_id"},{"name":"user_id"}]}""", """["property","operation"]""")]
    [InlineData("""{"type":"calculated","operation":"sum","separator":"-","properties":[{"name":"app_id"},{"name":"user_id"}]}""", """["property","separator"]""")]
    [InlineData("""{"type":"calculated","operation":"sum","properties":[{"name":"app_id"},{"type":"calculated","operation":"sum","properties":[]}]}""", """["property","properties",1,"type"]""")]
    [InlineData("""{"type":"calculated","operation":"sum","properties":[{"name":"app_id"},{"name":"nonsense"}]}""", """["property","properties",1,"name"]""")]
    [InlineData("""{"type":"calculated","operation":"sum","properties":[{"name":"app_id"},7]}""", """["property","properties",1]""")]
    [InlineData("""{"type":"calculated","properties":[{"name":"app_id"},{"name":"user_id"}]}""", """["property","operation"]""")]
    public void A_calculated_property_has_2_to_50_plain_members(string property, string? place) =>
        Assert.Equal(place is null ? [] : [place], Errors(property));

    [Fact]
    [Trait("Row", "17")]
    public void A_calculated_property_with_51_members_is_refused() =>
        Assert.Equal(["""["property","properties"]"""],
            Errors($$"""{"type":"calculated","operation":"concat","properties":[{{string.Join(',', Enumerable.Repeat("""{"name":"app_id"}""", 51))}}]}"""));

    [Fact]
    public void Plain_properties_resolve_to_references_and_calculated_ones_do_not()
    {
        var selector = new SchemaSelector("com.acme", "cart", 1);
        Assert.Equal(new AtomicReference(AtomicColumns.AppId), Resolve("""{"name":"app_id"}"""));
        Assert.IsType<EventReference>(Resolve("""{"type":"event","vendor":"com.acme","name":"cart","major_version":1,"path":"a"}"""));
        var entity = Assert.IsType<EntityReference>(Resolve("""{"type":"entity","vendor":"com.acme","name":"cart","major_version":1,"path":"a[1]","index":4}"""));
        Assert.Equal((selector, 4, 2), (entity.Schema, entity.Index, entity.Path.Steps.Count));

        Assert.False(PropertyReferences.TryResolve(Read("""{"operation":"sum","properties":[{"name":"se_value"},{"name":"tr_total"}]}"""), out _, out var error));
        Assert.NotEmpty(error);
    }

    private static PropertyReference Resolve(string property) =>
        PropertyReferences.TryResolve(Read(property), out var reference, out var error) ? reference : throw new InvalidOperationException(error);

    private static PropertyDefinition Read(string property) => Bodies.Attribute(Attribute(property)).Property!;

    private static IReadOnlyList<string> Errors(string property) => Bodies.AttributeErrors(Attribute(property));

    private static string Attribute(string property) => $$"""{"name":"a","type":"string","aggregation":"last","property":{{property}}}""";
}
