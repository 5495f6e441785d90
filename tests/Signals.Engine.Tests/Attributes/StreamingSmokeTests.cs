using Signals.Engine.Definitions;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>The main path once through: lines in, values out.</summary>
public sealed class StreamingSmokeTests
{
    [Fact]
    public async Task Events_go_in_and_values_of_every_kind_come_out()
    {
        var engine = new EngineUnderTest(
            Counter with { Name = "things", Events = [new EventFilter { Vendor = "com.acme", Name = "thing" }] },
            Counter with { Name = "all" },
            Over(AggregationKind.Sum, AttributeType.Double) with { Name = "total" },
            Over(AggregationKind.Last, AttributeType.String) with { Name = "latest" },
            OverColumn(AggregationKind.UniqueList, AttributeType.StringList, "page_urlpath") with { Name = "paths" },
            Over(AggregationKind.Max, AttributeType.Int32) with { Name = "recent_max", Period = TimeSpan.FromMinutes(1) });

        var result = await engine.ProcessAsync(
            Thing("200", 1), Thing("50", 2), PageView(3).With("page_urlpath", "/home"), PageView(4).With("page_urlpath", "/cart"));

        Assert.Equal((4, 4, 0, 0), (result.Records, result.Applied, result.Duplicate, result.Bad));
        Assert.Equal("2", await engine.ReadAsync("g_v1:things"));
        Assert.Equal("4", await engine.ReadAsync("g_v1:all"));
        Assert.Equal("250.0", await engine.ReadAsync("g_v1:total"));
        Assert.Equal("\"50\"", await engine.ReadAsync("g_v1:latest"));
        Assert.Equal("""["/home","/cart"]""", await engine.ReadAsync("g_v1:paths"));
        Assert.Equal("200", await engine.ReadAsync("g_v1:recent_max"));
        engine.Time.Advance(TimeSpan.FromSeconds(61.5));
        Assert.Equal("50", await engine.ReadAsync("g_v1:recent_max"));
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("null", await engine.ReadAsync("g_v1:recent_max"));
        Assert.Equal("2", await engine.ReadAsync("g_v1:things"));
    }

    [Fact]
    public async Task A_second_batch_continues_where_the_first_ended_also_after_a_restart()
    {
        var engine = new EngineUnderTest(Over(AggregationKind.Mean, AttributeType.Double));
        await engine.ProcessAsync(Thing("1"));
        await engine.ProcessAsync(Thing("2"));
        engine.Restart();
        await engine.ProcessAsync(Thing("6"));

        Assert.Equal("3.0", await engine.ReadAsync());
        Assert.Equal(3, engine.Profiles.ProfilesWritten);
        Assert.Equal("null", await engine.ReadAsync(identifier: "nobody"));
    }
}
