using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Rolling windows of spec signals-api 14.7: only events with now − period &lt; derived_tstamp.</summary>
[Trait("Row", "106")]
public sealed class PeriodTests
{
    private static readonly AttributeDefinition LastMinute = Counter with { Period = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task The_window_slides_when_it_is_read_without_new_events()
    {
        var engine = new EngineUnderTest(LastMinute);
        await engine.ProcessAsync(PageView(-50), PageView(-40.5), PageView(-0.25), PageView(0));

        Assert.Equal("4", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal("4", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal("3", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromSeconds(49.9));
        Assert.Equal("1", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("null", await engine.ReadAsync());
        Assert.Equal(1, engine.Profiles.ProfilesWritten);
    }

    [Theory]
    [InlineData(AggregationKind.Counter, AttributeType.Int32, "3", "1", "null")]
    [InlineData(AggregationKind.Sum, AttributeType.Int32, "7", "1", "null")]
    [InlineData(AggregationKind.Min, AttributeType.Int32, "1", "1", "null")]
    [InlineData(AggregationKind.Max, AttributeType.Int32, "4", "1", "null")]
    [InlineData(AggregationKind.Mean, AttributeType.Float, "2.3333333", "1.0", "null")]
    [InlineData(AggregationKind.First, AttributeType.Int32, "4", "1", "null")]
    [InlineData(AggregationKind.Last, AttributeType.Int32, "1", "1", "null")]
    [InlineData(AggregationKind.UniqueList, AttributeType.Int32List, "[4,2,1]", "[1]", "null")]
    [InlineData(AggregationKind.MostFrequent, AttributeType.Int32, "1", "1", "null")]
    [InlineData(AggregationKind.LeastFrequent, AttributeType.Int32, "1", "1", "null")]
    [InlineData(AggregationKind.CategoryCount, AttributeType.Dict, """{"1":1,"2":1,"4":1}""", """{"1":1}""", "null")]
    [InlineData(AggregationKind.ApproxCountDistinct, AttributeType.Int32, "3", "1", "0")]
    [InlineData(AggregationKind.TimeSinceFirst, AttributeType.Double, "50.0", "50.0", "null")]
    [InlineData(AggregationKind.TimeSinceLast, AttributeType.Double, "10.0", "50.0", "null")]
    public async Task Every_aggregation_has_a_window(AggregationKind aggregation, AttributeType type, string now, string after40Seconds, string afterAnHour)
    {
        var engine = new EngineUnderTest(Over(aggregation, type) with { Period = TimeSpan.FromMinutes(1) });
        await engine.ProcessAsync(Thing("8", -60), Thing("4", -50), Thing("2", -40), Thing("1", -10), Thing("16", -100));

        Assert.Equal(now, await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(after40Seconds, await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(afterAnHour, await engine.ReadAsync());
    }

    [Fact]
    [Trait("Row", "111")]
    public async Task Late_events_count_inside_the_window_and_not_outside()
    {
        var engine = new EngineUnderTest(LastMinute);
        await engine.ProcessAsync(PageView(0));
        await engine.ProcessAsync(PageView(-59.9), PageView(-60), PageView(-3600), PageView(-86_400 * 365));

        Assert.Equal("2", await engine.ReadAsync());
    }

    [Fact]
    public async Task Future_events_count_until_they_leave_the_window()
    {
        var engine = new EngineUnderTest(LastMinute);
        await engine.ProcessAsync(PageView(0), PageView(3600));

        Assert.Equal("2", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("1", await engine.ReadAsync());
        engine.Restart();
        await engine.ProcessAsync(PageView(1800));
        engine.Time.Advance(TimeSpan.FromMinutes(30.9));
        Assert.Equal("1", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromMinutes(0.1));
        Assert.Equal("null", await engine.ReadAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    public async Task A_window_of_256_observations_is_exact(int phase)
    {
        var engine = new EngineUnderTest(Counter with { Period = TimeSpan.FromHours(1) });
        await engine.ProcessAsync(Enumerable.Range(0, 256).Select(i => PageView(-i * 14 - phase)));

        foreach (var minutes in (double[])[0, 0.1, 7, 31.31, 55, 59.99])
        {
            engine.Time.Now = Noon.AddMinutes(minutes);
            var expected = Enumerable.Range(0, 256).Count(i => -i * 14 - phase > minutes * 60 - 3600);
            Assert.Equal(expected == 0 ? "null" : $"{expected}", await engine.ReadAsync());
        }
    }

    [Theory]
    [InlineData(128, 1)]
    [InlineData(3600, 29)]
    [InlineData(7 * 86_400, 4725)]
    [InlineData(30, 1)]
    public async Task A_window_of_more_observations_is_at_most_one_tile_off_at_its_far_end(int period, int tile)
    {
        var engine = new EngineUnderTest(Counter with { Period = TimeSpan.FromSeconds(period) });
        var offsets = Enumerable.Range(0, 1500).Select(i => -i * 2.0 * period / 1500).ToList();
        foreach (var batch in offsets.Chunk(100))
            await engine.ProcessAsync(batch.Reverse().Select(offset => PageView(offset)));

        foreach (var part in (double[])[0, 0.013, 0.25, 0.5, 0.77, 0.99])
        {
            engine.Time.Now = Noon.AddSeconds(part * period);
            var start = (part - 1) * period;
            var count = int.TryParse(await engine.ReadAsync(), out var number) ? number : 0;
            Assert.InRange(count, offsets.Count(offset => offset > start + 0.001), offsets.Count(offset => offset > start - tile - 0.001));
        }
        engine.Time.Now = Noon.AddSeconds(2 * period + tile);
        Assert.Equal("null", await engine.ReadAsync());
    }

    [Fact]
    public async Task A_busy_window_is_exact_again_once_it_has_emptied()
    {
        var engine = new EngineUnderTest(LastMinute);
        await engine.ProcessAsync(Enumerable.Range(0, 1000).Select(i => PageView(-i * 0.05)));
        engine.Time.Advance(TimeSpan.FromMinutes(2));

        await engine.ProcessAsync(PageView(61.5), PageView(62.5));

        engine.Time.Now = Noon.AddSeconds(122);
        Assert.Equal("1", await engine.ReadAsync());
    }

    [Fact]
    public async Task Events_dated_far_into_the_future_cannot_make_a_window_grow_without_bound()
    {
        var engine = new EngineUnderTest(LastMinute);
        foreach (var batch in Enumerable.Range(0, 20_000).Chunk(1000))
            await engine.ProcessAsync(batch.Select(i => PageView(i * 100)));

        Assert.Equal("20000", await engine.ReadAsync());
        Assert.InRange(engine.Profiles.StateOf("user_id", "u1")!.Value.Length, 1, 60_000);
    }

    [Fact]
    public async Task An_event_just_before_its_window_ends_is_still_there_after_a_rewrite()
    {
        var engine = new EngineUnderTest(LastMinute, Counter with { Name = "all" });
        await engine.ProcessAsync(PageView(0.875));
        engine.Time.Now = Noon.AddSeconds(60.75);
        engine.Restart();
        await engine.ProcessAsync(PageView(-3600));

        Assert.Equal("1", await engine.ReadAsync());
        engine.Time.Now = Noon.AddSeconds(60.875);
        Assert.Equal("null", await engine.ReadAsync());
    }

    [Fact]
    public async Task A_window_without_any_observation_reads_as_null_also_after_its_only_event_was_too_old() =>
        Assert.Equal("null", await ValueAfterAsync(LastMinute, PageView(-61)));

    [Fact]
    public async Task A_period_shorter_than_a_second_works()
    {
        var engine = new EngineUnderTest(Counter with { Period = TimeSpan.FromMilliseconds(500) });
        await engine.ProcessAsync(PageView(-0.4), PageView(-0.1), PageView(-0.5));

        Assert.Equal("2", await engine.ReadAsync());
        engine.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal("1", await engine.ReadAsync());
    }

    [Fact]
    public async Task Profiles_of_windows_are_kept_as_long_as_an_event_can_be_inside()
    {
        var engine = new EngineUnderTest(Counter with { Period = TimeSpan.FromDays(30) });
        await engine.ProcessAsync(PageView(-86_400), PageView(5 * 86_400));

        Assert.InRange(engine.Profiles.ExpiryOf("user_id", "u1")!.Value, Noon.AddDays(35), Noon.AddDays(35.1));
    }
}
