using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Spec signals-api 2.1, 4.2 and 4.4.</summary>
public sealed class AttributeGroupReadingTests
{
    [Theory]
    [Trait("Row", "14")]
    [InlineData("\"P1D\"", "P1D")]
    [InlineData("\"PT1H\"", "PT1H")]
    [InlineData("\"P7D\"", "P7D")]
    [InlineData("\"PT10M\"", "PT10M")]
    [InlineData("\"P1W\"", "P7D")]
    [InlineData("\"PT36H\"", "P1DT12H")]
    [InlineData("\"P1DT2H3M4.5S\"", "P1DT2H3M4.5S")]
    [InlineData("\"PT0.25S\"", "PT0.25S")]
    [InlineData("\"PT90S\"", "PT1M30S")]
    [InlineData("\"P1Y\"", "P365D")]
    [InlineData("\"P1M\"", "P30D")]
    [InlineData("86400", "P1D")]
    [InlineData("1.5", "PT1.5S")]
    public void Durations_are_read_in_ISO_8601_or_seconds_and_written_in_ISO_8601(string sent, string written)
    {
        var group = Bodies.Group($$"""{"name":"g","attribute_key":{"name":"user_id"},"ttl":{{sent}}}""");

        Assert.Contains($"\"ttl\":\"{written}\"", DefinitionJson.ToJson(group));
    }

    [Theory]
    [Trait("Row", "14")]
    [InlineData("\"\"")]
    [InlineData("\"P\"")]
    [InlineData("\"PT\"")]
    [InlineData("\"P1DT\"")]
    [InlineData("\"1D\"")]
    [InlineData("\"P1H\"")]
    [InlineData("\"P1D \"")]
    [InlineData("\"P1D\\n\"")]
    [InlineData("\"PT1M1H\"")]
    [InlineData("\"P99999Y\"")]
    [InlineData("\"P9999999999999999999999D\"")]
    [InlineData("\"1 day\"")]
    [InlineData("1e30")]
    [InlineData("1e999")]
    [InlineData("1e-9")]
    [InlineData("true")]
    [InlineData("[]")]
    public void What_is_no_duration_is_refused(string sent) =>
        Assert.Equal(["""["body","ttl"]"""], Bodies.GroupErrors($$"""{"name":"g","attribute_key":{"name":"user_id"},"ttl":{{sent}}}"""));

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02T03:04:05", "2026-01-02T03:04:05Z")]
    [InlineData("2026-01-02 03:04", "2026-01-02T03:04:00Z")]
    [InlineData("2026-01-02", "2026-01-02T00:00:00Z")]
    [InlineData("2026-01-02T03:04:05.123456789+02:00", "2026-01-02T01:04:05.1234567Z")]
    [InlineData("2026-01-02T03:04:05.500-0130", "2026-01-02T04:34:05.5Z")]
    [InlineData("2026-13-02T03:04:05Z", null)]
    [InlineData("2026-02-30", null)]
    [InlineData("0000-01-01", null)]
    [InlineData("9999-12-31T23:59:59-10:00", null)]
    [InlineData("02/01/2026", null)]
    [InlineData("2026-01-02T03:04:05 UTC", null)]
    public void Date_times_are_RFC_3339_and_mean_UTC_without_a_zone(string sent, string? written)
    {
        var body = $$"""{"name":"g","attribute_key":{"name":"user_id"},"backfill_since_tstamp":"{{sent}}"}""";

        if (written is null)
            Assert.Equal(["""["body","backfill_since_tstamp"]"""], Bodies.GroupErrors(body));
        else
            Assert.Contains($"\"backfill_since_tstamp\":\"{written}\"", DefinitionJson.ToJson(Bodies.Group(body)));
    }

    [Theory]
    [Trait("Row", "13")]
    [InlineData("schema")]
    [InlineData("schema_")]
    [InlineData("wh_schema")]
    public void The_schema_of_a_table_has_three_spellings_and_is_written_with_one(string spelling)
    {
        var body = Bodies.Parse($$"""{"name":"s","database":"DB-1","{{spelling}}":"PUBLIC","table":"t","timestamp_field":"at"}""");

        Assert.True(DefinitionJson.TryReadBatchSource(body, out var source, out _));

        Assert.Equal("PUBLIC", source.Schema);
        Assert.Contains("\"schema\":\"PUBLIC\"", DefinitionJson.ToJson(new AttributeGroupDefinition { Name = "g", AttributeKey = new() { Name = "k" }, BatchSource = source }));
    }

    [Theory]
    [Trait("Row", "15")]
    [Trait("Row", "35")]
    [InlineData("name", "a b")]
    [InlineData("database", "a.b")]
    [InlineData("schema", "a-b")]
    [InlineData("table", "a;b")]
    [InlineData("timestamp_field", "")]
    public void The_names_of_a_table_are_checked(string member, string value)
    {
        var members = new Dictionary<string, string>
        {
            ["name"] = "s",
            ["database"] = "d",
            ["schema"] = "s",
            ["table"] = "t",
            ["timestamp_field"] = "f",
            [member] = value,
        };
        var body = Bodies.Parse($"{{{string.Join(',', members.Select(pair => $"\"{pair.Key}\":\"{pair.Value}\""))}}}");

        Assert.False(DefinitionJson.TryReadBatchSource(body, out _, out var errors));

        Assert.Equal([$"""["body","{member}"]"""], Bodies.Places(errors));
    }

    [Theory]
    [Trait("Row", "36")]
    [InlineData("""{}""", null)]
    [InlineData("""{"offline":null,"attributes":[],"fields":null}""", null)]
    [InlineData("""{"offline":true,"attributes":[{0}]}""", null)]
    [InlineData("""{"offline":true,"attributes":[{0}],"fields":[{"name":"f","type":"string"}],"batch_source":{1}}""", null)]
    [InlineData("""{"offline":true,"fields":[{"name":"f","type":"string"}],"batch_source":{1}}""", null)]
    [InlineData("""{"offline":true,"fields":[{"name":"f","type":"string"}]}""", """["body","batch_source"]""")]
    [InlineData("""{"offline":false,"fields":[{"name":"f","type":"string"}]}""", """["body","fields"]""")]
    [InlineData("""{"offline":false,"attributes":[{0}],"batch_source":{1}}""", """["body","batch_source"]""")]
    public void The_three_kinds_of_groups_have_what_belongs_to_them(string rest, string? place) =>
        Assert.Equal(place is null ? [] : [place], Errors(rest));

    [Theory]
    [InlineData("""{"attributes":[{0},{0}]}""", """["body","attributes",1,"name"]""")]
    [InlineData("""{"offline":true,"attributes":[{0}],"fields":[{"name":"a","type":"string"}]}""", """["body","fields",0,"name"]""")]
    [InlineData("""{"attributes":[{"name":"user_id","type":"int32","aggregation":"counter"}]}""", """["body","attributes",0,"name"]""")]
    [InlineData("""{"refresh_rate":"PT2H"}""", """["body","refresh_rate"]""")]
    [InlineData("""{"refresh_rate":"PT24H"}""", null)]
    [InlineData("""{"refresh_rate":21600}""", null)]
    [InlineData("""{"version":0}""", """["body","version"]""")]
    [InlineData("""{"version":1000001}""", """["body","version"]""")]
    [InlineData("""{"version":1.5}""", """["body","version"]""")]
    [InlineData("""{"version":2.0}""", null)]
    [InlineData("""{"owner":"a\u0000b"}""", """["body","owner"]""")]
    [InlineData("""{"description":"a\u0000b"}""", """["body","description"]""")]
    [InlineData("""{"feast_name":"x","tags":{},"target_agents":[1]}""", null)]
    public void What_is_wrong_with_a_group_is_named_and_unknown_members_are_ignored(string rest, string? place) =>
        Assert.Equal(place is null ? [] : [place], Errors(rest));

    [Fact]
    [Trait("Row", "15")]
    public void Lists_and_texts_are_bounded()
    {
        string Many(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"name":"a{{i}}","type":"int32","aggregation":"counter"}"""));

        Assert.Empty(Errors($$"""{"attributes":[{{Many(500)}}]}"""));
        Assert.Equal(["""["body","attributes"]"""], Errors($$"""{"attributes":[{{Many(501)}}]}"""));
        Assert.Equal(["""["body","owner"]"""], Errors($$"""{"owner":"{{new string('o', 256)}}"}"""));
        Assert.Equal(["""["body","name"]"""], Bodies.GroupErrors($$$"""{"name":"{{{new string('n', 129)}}}","attribute_key":{"name":"user_id"}}"""));
        Assert.Empty(Bodies.GroupErrors($$$"""{"name":"{{{new string('n', 128)}}}","attribute_key":{"name":"user_id"}}"""));
    }

    [Fact]
    [Trait("Row", "4")]
    public void Every_error_is_told_at_once_up_to_a_hundred()
    {
        var bad = string.Join(',', Enumerable.Repeat("""{"name":5,"type":"x","aggregation":[]}""", 200));

        Assert.False(DefinitionJson.TryReadAttributeGroup(Bodies.Parse(Bodies.GroupOf(bad)), out _, out var errors));

        Assert.Equal(FieldErrors.MaxKept, errors.Count);
        Assert.Equal(
            ["""["body","attributes",0,"name"]""", """["body","attributes",0,"type"]""", """["body","attributes",0,"aggregation"]""", """["body","attributes",1,"name"]"""],
            Bodies.Places(errors).Take(4));
    }

    [Fact]
    [Trait("Row", "4")]
    public void An_error_has_the_message_type_input_and_context_that_clients_show()
    {
        Assert.False(DefinitionJson.TryReadAttributeGroup(Bodies.Parse(Bodies.GroupOf("""{"name":"bad name!","type":"int32","aggregation":"counter"}""")), out _, out var errors));

        var error = Assert.Single(errors);
        Assert.Equal("string_pattern_mismatch", error.Type);
        Assert.Equal("String should match pattern '^[A-Za-z0-9_]+$'", error.Msg);
        Assert.Equal(["body", "attributes", 0, "name"], error.Loc);
        Assert.Equal("bad name!", error.Input?.GetString());
        Assert.Equal("^[A-Za-z0-9_]+$", error.Ctx?["pattern"]);
    }

    private static IReadOnlyList<string> Errors(string rest)
    {
        rest = rest
            .Replace("{0}", Bodies.CounterAttribute, StringComparison.Ordinal)
            .Replace("{1}", """{"name":"s","database":"d","schema":"s","table":"t","timestamp_field":"f"}""", StringComparison.Ordinal);
        var comma = rest == "{}" ? "" : ",";
        return Bodies.GroupErrors($$"""{"name":"g","attribute_key":{"name":"user_id"}{{comma}}{{rest[1..]}}""");
    }
}
