using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Several engines, or several partitions of one, over one store.</summary>
public sealed class ContentionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Engines_that_share_profiles_give_the_values_of_the_oracle(int engines)
    {
        var scenario = new RandomScenario(77);
        var attributes = scenario.Attributes(12).Select(attribute => attribute with { Ttl = null }).ToArray();
        var engine = new EngineUnderTest(attributes);
        engine.Profiles.Yields = true;
        // Whether the tasks meet depends on the scheduler; every seventh write loses a race in any case.
        var writes = 0;
        engine.Profiles.LosesRace = _ => Interlocked.Increment(ref writes) % 7 == 0;
        var processors = Enumerable.Range(0, engines).Select(_ => engine.NewEngine(new StreamingEngineOptions { MaxWriteAttempts = 10_000 })).ToList();
        var events = scenario.Events(300, TestEvents.Noon);
        events.ForEach(e => e.ProcessedAt = TestEvents.Noon);
        var partitions = events.Select((e, i) => (Event: e, Partition: i % 6)).GroupBy(e => e.Partition)
            .Select(group => engine.Records(group.Key, group.Select(e => e.Event.ToLine().Build()))).ToList();

        await Task.WhenAll(partitions.Select((records, i) => Task.Run(() => ProcessAsync(processors[i % engines], records))));

        foreach (var attribute in attributes)
            foreach (var user in RandomScenario.Users)
                Assert.Equal(
                    AttributeOracle.Value(attribute, events, user, TestEvents.Noon, TimeSpan.FromDays(7)), await engine.ReadAsync($"g_v1:{attribute.Name}", user));
        Assert.True(engine.Profiles.LostRaces > 0);
    }

    [Fact]
    public async Task Two_engines_on_the_same_partition_count_every_event_once()
    {
        var engine = new EngineUnderTest(TestEvents.Counter);
        engine.Profiles.Yields = true;
        var records = engine.Records(0, Enumerable.Range(0, 400).Select(i => TestEvents.PageView(i).With("user_id", $"u{i % 3}").Build()));
        var options = new StreamingEngineOptions { MaxWriteAttempts = 10_000 };

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => engine.NewEngine(options)).Select(processor => Task.Run(() => ProcessAsync(processor, records))));

        Assert.Equal(["134", "133", "133"], [await engine.ReadAsync(identifier: "u0"), await engine.ReadAsync(identifier: "u1"), await engine.ReadAsync(identifier: "u2")]);
    }

    [Fact]
    public async Task A_profile_that_is_deleted_while_it_is_cached_starts_from_nothing()
    {
        var engine = new EngineUnderTest(TestEvents.Counter);
        await engine.ProcessAsync(TestEvents.PageView(1), TestEvents.PageView(2));

        Assert.True(await engine.Editor.DeleteAsync(new ProfileKey("user_id", "u1"), default));
        Assert.Equal("null", await engine.ReadAsync());
        await engine.ProcessAsync(TestEvents.PageView(3));

        Assert.Equal("1", await engine.ReadAsync());
    }

    private static async Task ProcessAsync(StreamingEngine engine, List<LogRecord> records)
    {
        for (var from = 0; from < records.Count; from += 5)
            await engine.ProcessAsync(records.GetRange(from, Math.Min(5, records.Count - from)), CancellationToken.None);
    }
}
