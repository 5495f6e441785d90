using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Time to live, spec signals-api 14.7: attribute, else group, else key, else 7 days; restarted by every update.</summary>
[Trait("Row", "107")]
public sealed class LifetimeTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(1, 2, 3, 1)]
    [InlineData(null, 2, 3, 2)]
    [InlineData(null, null, 3, 3)]
    [InlineData(null, null, null, 24 * 7)]
    public async Task The_first_of_attribute_group_and_key_that_sets_a_lifetime_decides(int? attribute, int? group, int? key, int hours)
    {
        var engine = new EngineUnderTest();
        engine.Definitions
            .Add(engine.Definitions.Current.AttributeKeys["user_id"] with { Ttl = Hours(key) })
            .Add(TestDefinitions.Group(Counter with { Ttl = Hours(attribute) }) with { Ttl = Hours(group) });
        await engine.ProcessAsync(PageView());

        engine.Time.Advance(TimeSpan.FromHours(hours));
        Assert.Equal("1", await engine.ReadAsync());
        engine.Time.Advance(Tick);
        Assert.Equal("null", await engine.ReadAsync());
    }

    [Fact]
    public async Task Every_update_restarts_the_lifetime_even_with_an_old_event()
    {
        var engine = new EngineUnderTest(Counter with { Ttl = TimeSpan.FromHours(1) });
        await engine.ProcessAsync(PageView());
        engine.Time.Advance(TimeSpan.FromMinutes(59));
        await engine.ProcessAsync(PageView(-86_400));
        engine.Time.Advance(TimeSpan.FromMinutes(60));

        Assert.Equal("2", await engine.ReadAsync());
        engine.Time.Advance(Tick);
        Assert.Equal("null", await engine.ReadAsync());
    }

    [Fact]
    public async Task An_event_without_a_usable_value_does_not_restart_the_lifetime()
    {
        var engine = new EngineUnderTest(Over(AggregationKind.Last, AttributeType.Int32) with { Ttl = TimeSpan.FromHours(1) });
        await engine.ProcessAsync(Thing("1"));
        engine.Time.Advance(TimeSpan.FromMinutes(59));
        await engine.ProcessAsync(Thing("\"x\"", 1), Thing("null", 2));
        engine.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("null", await engine.ReadAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_expiry_a_value_starts_from_nothing(bool restart)
    {
        var engine = new EngineUnderTest(Over(AggregationKind.Sum, AttributeType.Int32) with { Ttl = TimeSpan.FromMinutes(1) });
        await engine.ProcessAsync(Thing("5"));
        engine.Time.Advance(TimeSpan.FromMinutes(2));
        if (restart)
            engine.Restart();
        await engine.ProcessAsync(Thing("7", 120));

        Assert.Equal("7", await engine.ReadAsync());
    }

    [Fact]
    public async Task A_value_that_expired_shows_its_default_again()
    {
        var engine = new EngineUnderTest(Counter with { Ttl = TimeSpan.FromMinutes(1), DefaultValue = TestDefinitions.Json("0") });
        await engine.ProcessAsync(PageView());
        engine.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("0", await engine.ReadAsync());
    }

    [Fact]
    public async Task Attributes_of_one_profile_expire_one_by_one_and_leave_the_document_when_it_is_next_written()
    {
        var engine = new EngineUnderTest(
            OverColumn(AggregationKind.UniqueList, AttributeType.StringList, "page_url") with { Name = "short", Ttl = TimeSpan.FromMinutes(1) },
            OverColumn(AggregationKind.Last, AttributeType.String, "app_id") with { Name = "long", Ttl = TimeSpan.FromDays(90) });
        await engine.ProcessAsync(Enumerable.Range(0, 50).Select(i => PageView(i).With("page_url", $"http://example.com/{i}")));
        var full = engine.Profiles.StateOf("user_id", "u1")!.Value.Length;
        engine.Time.Advance(TimeSpan.FromHours(3));
        engine.Restart();

        await engine.ProcessAsync(PageView(10_800).With("page_url", "").CollectedAt(engine.Time.Now));

        Assert.Equal("null", await engine.ReadAsync("g_v1:short"));
        Assert.Equal("\"shop\"", await engine.ReadAsync("g_v1:long"));
        Assert.True(engine.Profiles.StateOf("user_id", "u1")!.Value.Length < full / 5);
    }

    [Fact]
    public async Task The_store_keeps_a_profile_as_long_as_its_longest_value_and_drops_it_then()
    {
        var engine = new EngineUnderTest(Counter with { Ttl = TimeSpan.FromDays(2) }, Counter with { Name = "b", Period = TimeSpan.FromDays(3) });
        await engine.ProcessAsync(PageView());

        engine.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(0, await engine.Profiles.RemoveExpiredAsync(10, default));
        engine.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await engine.Profiles.RemoveExpiredAsync(10, default));

        await engine.ProcessAsync(PageView(3 * 86_400 + 2));
        Assert.Equal("1", await engine.ReadAsync());
    }

    [Fact]
    public async Task Warehouse_values_live_for_a_year_when_nothing_else_is_said()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(WarehouseGroups.Crm());
        await engine.Editor.PushAsync(WarehouseGroups.CrmId, ["u1"], WarehouseGroups.Values("tier", "\"gold\""), default);

        engine.Time.Advance(TimeSpan.FromDays(365));
        Assert.Equal("\"gold\"", await engine.ReadAsync("crm_v1:tier"));
        engine.Time.Advance(Tick);
        Assert.Equal("null", await engine.ReadAsync("crm_v1:tier"));
    }

    private static TimeSpan? Hours(int? hours) => hours is { } count ? TimeSpan.FromHours(count) : null;
}
