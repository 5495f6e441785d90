using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Equal definitions share one value (spec signals-api 7.2), and what publishing does to values (7.3).</summary>
public sealed class SharedDefinitionTests
{
    private static readonly AttributeDefinition Sum = Over(AggregationKind.Sum, AttributeType.Int32);

    [Fact]
    [Trait("Row", "50")]
    public async Task A_new_version_keeps_the_values_of_unchanged_attributes()
    {
        var engine = new EngineUnderTest(Sum, Counter with { Name = "b" });
        await engine.ProcessAsync(Thing("5"));

        engine.Definitions.Add(TestDefinitions.Group(
            "g", 2, "user_id", Sum with { Name = "renamed", Description = "new", DefaultValue = TestDefinitions.Json("0") }, Counter with { Name = "b", Type = AttributeType.Int64 }));
        await engine.ProcessAsync(Thing("7", 1));

        Assert.Equal("12", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("12", await engine.ReadAsync("g_v2:renamed"));
        Assert.Equal("2", await engine.ReadAsync("g_v1:b"));
        Assert.Equal("1", await engine.ReadAsync("g_v2:b"));
    }

    [Fact]
    [Trait("Row", "50")]
    public async Task Equal_definitions_in_several_groups_count_an_event_once()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(TestDefinitions.Group("g", 1, "user_id", Sum)).Add(TestDefinitions.Group("h", 1, "user_id", Sum with { Name = "c" }));
        var single = new EngineUnderTest(Sum);
        var line = Thing("5");

        await engine.ProcessAsync(line);
        await single.ProcessAsync(line);

        Assert.Equal("5", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("5", await engine.ReadAsync("h_v1:c"));
        Assert.Equal(single.Profiles.StateOf("user_id", "u1")!.Value.ToArray(), engine.Profiles.StateOf("user_id", "u1")!.Value.ToArray());
    }

    [Theory]
    [Trait("Row", "50")]
    [Trait("Row", "107")]
    [InlineData(1, 48)]
    [InlineData(48, 1)]
    public async Task The_longest_lifetime_of_those_that_share_a_value_applies(int first, int second)
    {
        var engine = new EngineUnderTest();
        engine.Definitions
            .Add(TestDefinitions.Group("g", 1, "user_id", Sum with { Ttl = TimeSpan.FromHours(first) }))
            .Add(TestDefinitions.Group("h", 1, "user_id", Sum with { Ttl = TimeSpan.FromHours(second) }));
        await engine.ProcessAsync(Thing("5"));

        engine.Time.Advance(TimeSpan.FromHours(47));

        Assert.Equal("5", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("5", await engine.ReadAsync("h_v1:a"));
        engine.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("null", await engine.ReadAsync("h_v1:a"));
    }

    [Fact]
    [Trait("Row", "50")]
    public async Task Definitions_on_different_keys_are_different()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(TestDefinitions.Group("g", 1, "user_id", Counter)).Add(TestDefinitions.Group("h", 1, "domain_userid", Counter));

        await engine.ProcessAsync(PageView(1).With("domain_userid", "u1"), PageView(2));

        Assert.Equal("2", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("1", await engine.ReadAsync("h_v1:a", "u1", "domain_userid"));
    }

    [Fact]
    [Trait("Row", "53")]
    public async Task Unpublishing_stops_computation_and_keeps_the_values_for_when_it_is_published_again()
    {
        var engine = new EngineUnderTest(Sum with { Ttl = TimeSpan.FromDays(30) });
        engine.Definitions.Add(TestDefinitions.Group("other", 1, "user_id", Counter with { Ttl = TimeSpan.FromDays(30) }));
        await engine.ProcessAsync(Thing("5", 0));

        engine.Definitions.Publish("g", 1, false);
        await engine.ProcessAsync(Thing("100", 1));
        engine.Restart();
        await engine.ProcessAsync(Thing("1000", 2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.ReadAsync("g_v1:a"));
        Assert.Equal("3", await engine.ReadAsync("other_v1:a"));

        engine.Definitions.Publish("g", 1);
        Assert.Equal("5", await engine.ReadAsync("g_v1:a"));
        await engine.ProcessAsync(Thing("2", 3));
        Assert.Equal("7", await engine.ReadAsync("g_v1:a"));
    }

    [Fact]
    [Trait("Row", "53")]
    public async Task A_value_that_nobody_updated_while_unpublished_still_expires_by_its_own_lifetime()
    {
        var engine = new EngineUnderTest(Sum);
        engine.Definitions.Add(TestDefinitions.Group("other", 1, "user_id", Counter));
        await engine.ProcessAsync(Thing("5", 0));
        engine.Definitions.Publish("g", 1, false);
        engine.Time.Advance(TimeSpan.FromDays(6));
        await engine.ProcessAsync(PageView(6 * 86_400));
        engine.Time.Advance(TimeSpan.FromDays(2));

        engine.Definitions.Publish("g", 1);

        Assert.Equal("null", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("2", await engine.ReadAsync("other_v1:a"));
    }

    [Fact]
    public async Task A_definition_published_later_never_sees_earlier_events()
    {
        var engine = new EngineUnderTest(Counter);
        await engine.ProcessAsync(Thing("1", 0));
        engine.Definitions.Add(TestDefinitions.Group("later", 1, "user_id", Sum));

        Assert.Equal("null", await engine.ReadAsync("later_v1:a"));
        await engine.ProcessAsync(Thing("5", 1));
        Assert.Equal("5", await engine.ReadAsync("later_v1:a"));
    }

    [Fact]
    public async Task The_same_attribute_computed_in_the_warehouse_is_another_value()
    {
        var engine = new EngineUnderTest(Sum);
        engine.Definitions.Add(TestDefinitions.Group("w", 1, "user_id", Sum) with { Offline = true });

        await engine.ProcessAsync(Thing("5"));

        Assert.Equal("5", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("null", await engine.ReadAsync("w_v1:a"));
    }
}
