using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Delivery is at least once, values are exactly once (spec signals-api 14.1 and 14.7).</summary>
public sealed class ExactlyOnceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_is_delivered_again_changes_nothing(bool restart)
    {
        var engine = new EngineUnderTest(Counter, Over(AggregationKind.Sum, AttributeType.Int32) with { Name = "sum" });
        var records = engine.Records(0, [Thing("1", 1).Build(), Thing("2", 2).Build()]);
        await engine.ProcessAsync(records);
        var stored = engine.Profiles.StateOf("user_id", "u1")!.Value.ToArray();
        if (restart)
            engine.Restart();

        var again = await engine.ProcessAsync(records);

        Assert.Equal((2, 0, 2, 0), (again.Records, again.Applied, again.Duplicate, again.Bad));
        Assert.Equal("2", await engine.ReadAsync());
        Assert.Equal("3", await engine.ReadAsync("g_v1:sum"));
        Assert.Equal(stored, engine.Profiles.StateOf("user_id", "u1")!.Value.ToArray());
        Assert.Equal(1, engine.Profiles.ProfilesWritten);
    }

    [Fact]
    public async Task A_longer_batch_after_a_crash_counts_only_what_is_new()
    {
        var engine = new EngineUnderTest(Counter);
        var records = engine.Records(0, Enumerable.Range(0, 10).Select(i => PageView(i).Build()));
        await engine.ProcessAsync(records[..4]);
        engine.Restart();

        var result = await engine.ProcessAsync(records);

        Assert.Equal((6, 4), (result.Applied, result.Duplicate));
        Assert.Equal("10", await engine.ReadAsync());
    }

    [Theory]
    [InlineData(StoreFailure.BeforeWriting)]
    [InlineData(StoreFailure.Halfway)]
    [InlineData(StoreFailure.AfterWriting)]
    public async Task A_store_that_fails_while_writing_is_retried_without_counting_twice(StoreFailure failure)
    {
        var engine = new EngineUnderTest(Counter);
        await engine.ProcessAsync(PageView(0), PageView(0).With("user_id", "u2"), PageView(0).With("user_id", "u3"));
        var failures = new Queue<StoreFailure>([failure, failure, StoreFailure.None]);
        engine.Profiles.NextWriteFails = () => failures.TryDequeue(out var next) ? next : StoreFailure.None;
        var batch = engine.Records(0, Enumerable.Range(0, 12).Select(i => PageView(i).With("user_id", $"u{i % 4 + 1}").Build()));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.ProcessAsync(batch));
        // What was written before the answer got lost is not written again, so the second failure may not come up.
        _ = await Record.ExceptionAsync(() => engine.ProcessAsync(batch));
        await engine.ProcessAsync(batch);

        Assert.Equal(["4", "4", "4", "3"], [await engine.ReadAsync(), await engine.ReadAsync(identifier: "u2"), await engine.ReadAsync(identifier: "u3"), await engine.ReadAsync(identifier: "u4")]);
    }

    [Fact]
    public async Task A_store_that_fails_while_reading_is_retried()
    {
        var engine = new EngineUnderTest(Counter);
        var batch = engine.Records(0, [PageView(1).Build()]);
        var failing = true;
        engine.Profiles.NextReadFails = () => failing;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.ProcessAsync(batch));
        failing = false;
        await engine.ProcessAsync(batch);

        Assert.Equal("1", await engine.ReadAsync());
    }

    [Fact]
    public async Task A_bad_row_store_that_fails_is_retried_and_events_are_not_counted_twice()
    {
        var engine = new EngineUnderTest(Counter);
        var batch = engine.Records(0, [PageView(1).Build(), "not an event"u8.ToArray()]);
        engine.BadRows.Fails = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => engine.ProcessAsync(batch));
        engine.BadRows.Fails = false;
        await engine.ProcessAsync(batch);

        Assert.Single(engine.BadRows.Rows);
        Assert.Equal("1", await engine.ReadAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    public async Task Lost_races_are_folded_again(int losses)
    {
        var engine = new EngineUnderTest(Counter);
        await engine.ProcessAsync(PageView(0), PageView(0).With("user_id", "u2"));
        var left = losses;
        engine.Profiles.LosesRace = key => key.Identifier == "u1" && left-- > 0;

        var result = await engine.ProcessAsync(PageView(1), PageView(2), PageView(3).With("user_id", "u2"));

        Assert.Equal(3, result.Applied);
        Assert.Equal("3", await engine.ReadAsync());
        Assert.Equal("2", await engine.ReadAsync(identifier: "u2"));
    }

    [Fact]
    public async Task A_race_that_is_always_lost_ends_with_an_exception_that_names_the_profile_and_can_be_repeated()
    {
        var engine = new EngineUnderTest(Counter);
        engine.Profiles.LosesRace = key => key.Identifier == "u1";
        var batch = engine.Records(0, [PageView(1).Build(), PageView(2).With("user_id", "u2").Build()]);

        var exception = await Assert.ThrowsAsync<ProfileContentionException>(() => engine.ProcessAsync(batch));
        engine.Profiles.LosesRace = _ => false;
        await engine.ProcessAsync(batch);

        Assert.Contains("user_id=u1", exception.Message, StringComparison.Ordinal);
        Assert.Equal("1", await engine.ReadAsync());
        Assert.Equal("1", await engine.ReadAsync(identifier: "u2"));
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task An_event_id_that_comes_again_within_the_hour_is_applied_once()
    {
        var engine = new EngineUnderTest(Counter);
        var retried = PageView(0);
        await engine.ProcessAsync(retried, PageView(1), retried);
        engine.Restart();

        var result = await engine.ProcessAsync(retried.CollectedAt(Noon.AddMinutes(59)), PageView(2));

        Assert.Equal((1, 1), (result.Applied, result.Duplicate));
        Assert.Equal("3", await engine.ReadAsync());
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task An_old_event_that_comes_twice_in_a_row_is_applied_once()
    {
        var engine = new EngineUnderTest(Counter);
        var old = PageView(-86_400);

        await engine.ProcessAsync(PageView(0), old, old);
        await engine.ProcessAsync(old);
        engine.Restart();
        await engine.ProcessAsync(old);

        Assert.Equal("2", await engine.ReadAsync());
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task An_event_id_that_comes_a_third_time_long_after_the_second_is_still_remembered_from_the_second()
    {
        var engine = new EngineUnderTest(Counter);
        var id = Guid.NewGuid().ToString();

        await engine.ProcessAsync(((double[])[0, 2, 2.5, 2.9]).Select(hours => PageView().With("event_id", id).CollectedAt(Noon.AddHours(hours))));

        Assert.Equal("2", await engine.ReadAsync());
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task What_is_remembered_of_event_ids_is_bounded()
    {
        var engine = new EngineUnderTest(Counter);
        foreach (var batch in Enumerable.Range(0, 4_000).Chunk(500))
            await engine.ProcessAsync(batch.Select(i => PageView(i * 0.01)));

        Assert.Equal("4000", await engine.ReadAsync());
        Assert.InRange(engine.Profiles.StateOf("user_id", "u1")!.Value.Length, 1, 1024 * 20);
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task The_same_event_counts_for_every_person_it_names()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(TestDefinitions.Group("u", 1, "user_id", Counter)).Add(TestDefinitions.Group("d", 1, "domain_userid", Counter));
        var line = PageView(0).With("domain_userid", "d1");
        await engine.ProcessAsync(line);

        // The retry carries another user: new to u2, known to d1.
        var result = await engine.ProcessAsync(line.With("user_id", "u2"));

        Assert.Equal((1, 0), (result.Applied, result.Duplicate));
        Assert.Equal("1", await engine.ReadAsync("u_v1:a", "u2"));
        Assert.Equal("1", await engine.ReadAsync("d_v1:a", "d1", "domain_userid"));
    }

    [Fact]
    public async Task Partitions_are_told_apart()
    {
        var engine = new EngineUnderTest(Counter);
        var first = engine.Records(0, Enumerable.Range(0, 5).Select(i => PageView(i).Build()));
        var second = engine.Records(7, Enumerable.Range(0, 3).Select(i => PageView(i).Build()));

        await engine.ProcessAsync(first);
        await engine.ProcessAsync(second);
        await engine.ProcessAsync(first);
        await engine.ProcessAsync(second);

        Assert.Equal("8", await engine.ReadAsync());
    }
}
