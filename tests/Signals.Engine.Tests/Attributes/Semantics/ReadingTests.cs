using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api part 8.</summary>
public sealed class ReadingTests
{
    [Fact]
    [Trait("Row", "56")]
    [Trait("Row", "60")]
    public async Task A_service_answers_its_groups_in_order_and_their_attributes_in_order()
    {
        var result = await (await ShopAsync()).AskAsync("shop", null, ("user_id", ["u1"]));

        Assert.Equal("user_id", result.Keys[0].Key);
        Assert.Equal(["latest", "brands", "views"], result.Columns.Select(column => column.Name));
        Assert.Equal(["\"b\"", "[\"a\",\"b\"]", "2"], result.Columns.Select(column => column.Values[0].ToJson()));
    }

    [Fact]
    [Trait("Row", "57")]
    public async Task Attributes_are_named_by_group_version_and_name_in_the_order_of_the_request()
    {
        var result = await (await ShopAsync()).AskAsync(null, ["views_v2_v3:views", "things_v1:brands"], ("user_id", ["u1"]));

        Assert.Equal(["views", "brands"], result.Columns.Select(column => column.Name));
        Assert.Equal(["2", "[\"a\",\"b\"]"], result.Columns.Select(column => column.Values[0].ToJson()));
    }

    [Theory]
    [Trait("Row", "57")]
    [InlineData("nothing_v1:views")]
    [InlineData("things_v2:brands")]
    [InlineData("things_v1:prices")]
    [InlineData("things:brands")]
    [InlineData("things_v1:")]
    [InlineData("things_v:brands")]
    [InlineData("_v1:brands")]
    [InlineData(":")]
    [InlineData("")]
    [InlineData("draft_v1:views")]
    [InlineData("things_v99999999999:brands")]
    public async Task An_unknown_or_unpublished_attribute_is_refused(string name)
    {
        var result = await (await ShopAsync()).AskAsync(null, [name], ("user_id", ["u1"]));

        Assert.NotNull(result.Error);
        Assert.Empty(result.Columns);
    }

    [Fact]
    [Trait("Row", "58")]
    public async Task A_bare_name_is_resolved_when_one_group_on_the_key_has_it_to_its_highest_version()
    {
        var engine = await ShopAsync();
        engine.Definitions
            .Add(TestDefinitions.Group("views_v2", 4, "user_id", Counter with { Name = "views", Type = AttributeType.Double }))
            .Add(TestDefinitions.Group("views_v2", 5, "user_id", Counter with { Name = "views", Type = AttributeType.Float }) with { IsPublished = false })
            .Add(TestDefinitions.Group("elsewhere", 1, "domain_userid", Counter with { Name = "views" }));
        await engine.ProcessAsync(PageView(9));

        Assert.Equal("1.0", await engine.ReadAsync("views"));
        engine.Definitions.Add(TestDefinitions.Group("more", 1, "user_id", Counter with { Name = "views", Type = AttributeType.Int64 }));
        Assert.Contains("views", (await engine.AskAsync(null, ["views"], ("user_id", ["u1"]))).Error, StringComparison.Ordinal);
        Assert.NotNull((await engine.AskAsync(null, ["nothing"], ("user_id", ["u1"]))).Error);
    }

    [Fact]
    [Trait("Row", "59")]
    [Trait("Row", "63")]
    public async Task Many_identifiers_give_aligned_columns_with_nulls_for_those_never_seen()
    {
        var engine = await ShopAsync();
        await engine.ProcessAsync(PageView(5).With("user_id", "u3"));
        string[] identifiers = ["u3", "nobody", "u1", "u3", .. Enumerable.Range(0, 96).Select(i => $"x{i}")];
        var reads = engine.Profiles.ReadCalls;

        var result = await engine.AskAsync("shop", null, ("user_id", identifiers));

        Assert.Equal(identifiers, result.Keys[0].Value);
        Assert.All(result.Columns, column => Assert.Equal(100, column.Values.Count));
        Assert.Equal(["1", "null", "2", "1", "null"], result.Columns[2].Values.Take(5).Select(value => value.ToJson()));
        Assert.Equal(["null", "null", "\"b\"", "null", "null"], result.Columns[0].Values.Take(5).Select(value => value.ToJson()));
        Assert.Equal(1, engine.Profiles.ReadCalls - reads);
    }

    [Fact]
    [Trait("Row", "59")]
    public async Task No_identifier_and_more_than_100_are_refused()
    {
        var engine = await ShopAsync();

        Assert.NotNull((await engine.AskAsync("shop", null, ("user_id", []))).Error);
        Assert.NotNull((await engine.AskAsync("shop", null, ("user_id", [.. Enumerable.Range(0, 101).Select(i => $"u{i}")]))).Error);
        Assert.NotNull((await engine.AskAsync("shop", null)).Error);
    }

    [Fact]
    [Trait("Row", "61")]
    public async Task A_list_is_one_value_of_its_row()
    {
        var result = await (await ShopAsync()).AskAsync(null, ["things_v1:brands"], ("user_id", ["u1", "u2"]));

        Assert.Equal(2, result.Columns[0].Values.Count);
        Assert.Equal("""["a","b"]""", result.Columns[0].Values[0].ToJson());
        Assert.Equal("null", result.Columns[0].Values[1].ToJson());
    }

    [Fact]
    [Trait("Row", "62")]
    public async Task Full_names_carry_group_and_version_and_may_ask_for_equal_names()
    {
        var engine = await ShopAsync();
        engine.Definitions.Add(TestDefinitions.Group("more", 1, "user_id", Counter with { Name = "views" }));
        var keys = new Dictionary<string, IReadOnlyList<string>> { ["user_id"] = ["u1"] };

        var full = await engine.Reader.ReadAsync(new AttributeReadRequest(null, ["views_v2_v3:views", "more_v1:views"], keys, true), default);
        var bare = await engine.Reader.ReadAsync(new AttributeReadRequest(null, ["views_v2_v3:views", "more_v1:views"], keys, false), default);

        Assert.Equal(["views_v2_v3__views", "more_v1__views"], full.Columns.Select(column => column.Name));
        Assert.Equal("user_id", full.Keys[0].Key);
        Assert.NotNull(bare.Error);
    }

    [Fact]
    [Trait("Row", "63")]
    public async Task Nothing_stored_reads_as_null_zero_for_distinct_counts_or_the_explicit_default()
    {
        var engine = new EngineUnderTest(
            Over(AggregationKind.ApproxCountDistinct, AttributeType.Int32) with { Name = "distinct" },
            Counter with { Name = "counter" },
            Over(AggregationKind.Last, AttributeType.String) with { Name = "last" },
            Counter with { Name = "with_default", Type = AttributeType.Int64, DefaultValue = TestDefinitions.Json("7.9") },
            Over(AggregationKind.Last, AttributeType.Double) with { Name = "double_default", DefaultValue = TestDefinitions.Json("0") },
            Over(AggregationKind.UniqueList, AttributeType.Int32List) with { Name = "list_default", DefaultValue = TestDefinitions.Json("[1,\"2\",\"x\"]") },
            Over(AggregationKind.Last, AttributeType.Bool) with { Name = "bad_default", DefaultValue = TestDefinitions.Json("\"maybe\"") },
            Over(AggregationKind.ApproxCountDistinct, AttributeType.Int64) with { Name = "distinct_default", DefaultValue = TestDefinitions.Json("-1") });
        await engine.ProcessAsync(Thing("null"));

        foreach (var identifier in (string[])["u1", "nobody"])
        {
            var values = new List<string>();
            foreach (var name in (string[])["distinct", "last", "with_default", "double_default", "list_default", "bad_default", "distinct_default"])
                values.Add(await engine.ReadAsync($"g_v1:{name}", identifier));
            Assert.Equal(["0", "null", identifier == "u1" ? "1" : "7", "0.0", "[1,2]", "null", "-1"], values);
            Assert.Equal(identifier == "u1" ? "1" : "null", await engine.ReadAsync("g_v1:counter", identifier));
        }
    }

    [Theory]
    [Trait("Row", "56")]
    [InlineData("nothing")]
    [InlineData("hidden")]
    public async Task An_unknown_or_unpublished_service_is_refused(string service) =>
        Assert.Contains(service, (await (await ShopAsync()).AskAsync(service, null, ("user_id", ["u1"]))).Error, StringComparison.Ordinal);

    [Fact]
    [Trait("Row", "56")]
    public async Task A_group_of_a_service_that_is_not_published_has_its_columns_and_no_values()
    {
        var engine = await ShopAsync();
        engine.Definitions.Publish("things", 1, false);

        var result = await engine.AskAsync("shop", null, ("user_id", ["u1"]));

        Assert.Equal(["latest=null", "brands=null", "views=2"], result.Columns.Select(column => $"{column.Name}={column.Values[0].ToJson()}"));
    }

    [Fact]
    [Trait("Row", "56")]
    public async Task Groups_on_several_keys_are_read_together_row_by_row_and_without_their_key_are_null()
    {
        var engine = await ShopAsync();
        engine.Definitions
            .Add(TestDefinitions.Group("device", 1, "domain_userid", Counter with { Name = "device_views", DefaultValue = TestDefinitions.Json("0") }))
            .Add(new ServiceDefinition { Name = "both", AttributeGroups = [new("device", 1), new("views_v2", 3)], IsPublished = true });
        await engine.ProcessAsync(PageView(5).With("domain_userid", "d1"));

        var both = await engine.AskAsync("both", null, ("user_id", ["u1", "u2"]), ("domain_userid", ["d2", "d1"]));
        var one = await engine.AskAsync("both", null, ("user_id", ["u1"]));

        Assert.Equal(["0", "1"], both.Columns[0].Values.Select(value => value.ToJson()));
        Assert.Equal(["3", "null"], both.Columns[1].Values.Select(value => value.ToJson()));
        Assert.Equal("null", one.Columns[0].Values[0].ToJson());
        Assert.NotNull((await engine.AskAsync("both", null, ("user_id", ["u1", "u2"]), ("domain_userid", ["d1"]))).Error);
    }

    [Fact]
    [Trait("Row", "60")]
    public async Task The_key_may_be_named_by_its_deprecated_key_and_an_unknown_one_is_refused()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(new AttributeKeyDefinition { Name = "person", Key = "user_id" }).Add(TestDefinitions.Group("p", 1, "person", Counter));
        engine.Definitions.Add(new AttributeKeyDefinition { Name = "visitor", Key = "app_id" }).Add(TestDefinitions.Group("v", 1, "visitor", Counter));
        await engine.ProcessAsync(PageView());

        var result = await engine.AskAsync(null, ["v_v1:a"], ("app_id", ["shop"]));

        Assert.Equal(("app_id", "1"), (result.Keys[0].Key, result.Columns[0].Values[0].ToJson()));
        Assert.Contains("nothing", (await engine.AskAsync(null, ["v_v1:a"], ("nothing", ["shop"]))).Error, StringComparison.Ordinal);
        Assert.NotNull((await engine.AskAsync(null, ["v_v1:a"], ("app_id", ["shop"]), ("visitor", ["shop"]))).Error);
    }

    [Fact]
    public async Task Both_or_neither_of_service_and_attributes_is_refused()
    {
        var engine = await ShopAsync();

        Assert.NotNull((await engine.AskAsync("shop", ["things_v1:brands"], ("user_id", ["u1"]))).Error);
        Assert.NotNull((await engine.AskAsync(null, null, ("user_id", ["u1"]))).Error);
    }

    [Fact]
    public async Task An_attribute_named_like_the_key_column_is_refused_unless_full_names_are_asked_for()
    {
        var engine = new EngineUnderTest(Counter with { Name = "user_id" });

        Assert.NotNull((await engine.AskAsync(null, ["g_v1:user_id"], ("user_id", ["u1"]))).Error);
    }

    /// <summary>Three things and two views of u1; a service over both groups.</summary>
    private static async Task<EngineUnderTest> ShopAsync()
    {
        var engine = new EngineUnderTest();
        engine.Definitions
            .Add(TestDefinitions.Group(
                "things", 1, "user_id",
                Over(AggregationKind.Last, AttributeType.String) with { Name = "latest" },
                Over(AggregationKind.UniqueList, AttributeType.StringList) with { Name = "brands" }))
            .Add(TestDefinitions.Group("views_v2", 3, "user_id", Counter with { Name = "views", Events = [new EventFilter { Name = "page_view" }] }))
            .Add(TestDefinitions.Group("draft", 1, "user_id", Counter with { Name = "views" }) with { IsPublished = false })
            .Add(new ServiceDefinition { Name = "shop", AttributeGroups = [new("things", 1), new("views_v2", 3)], IsPublished = true })
            .Add(new ServiceDefinition { Name = "hidden", AttributeGroups = [new("things", 1)] });
        await engine.ProcessAsync(Thing("\"a\"", 1), Thing("\"b\"", 2), PageView(3), PageView(4));
        return engine;
    }
}
