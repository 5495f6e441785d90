using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

/// <summary>The streaming engine on the stores in Cosmos DB: what a batch asks of them, and that failures count nothing twice.</summary>
public sealed class CosmosStreamingTests : IAsyncLifetime, IDefinitionSource
{
    private const int Users = 20;
    private const int EventsPerUser = 15;

    private readonly ManualTime _time = new();
    private readonly StreamingMetrics _metrics = new();
    private TemporaryCosmos _cosmos = null!;
    private long _sequence;

    /// <summary>A counter <c>seen</c> on <c>user_id</c>.</summary>
    public DefinitionSnapshot Current { get; } = Publish(new AttributeGroupDefinition
    {
        Name = "visits",
        Version = 1,
        AttributeKey = new AttributeKeyDefinition { Name = "user_id" },
        Attributes = [new AttributeDefinition { Name = "seen", Aggregation = AggregationKind.Counter, Type = AttributeType.Int32 }],
        IsPublished = true,
    });

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(_time, new CosmosOptions { Endpoint = new Uri("http://localhost"), RequestTimeout = TimeSpan.FromSeconds(2) });
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync()
    {
        _metrics.Dispose();
        await _cosmos.DisposeAsync();
    }

    [Fact]
    public async Task Batch_over_unknown_profiles_reads_and_writes_each_once_and_the_next_one_only_writes()
    {
        var engine = NewEngine(_cosmos.First);

        await engine.ProcessAsync(NextBatch(), default);
        Assert.Equal((Users, Users, 0), Operations());
        _cosmos.Emulator.Meter.Reset();
        await engine.ProcessAsync(NextBatch(), default);

        Assert.Equal((0, 0, Users), Operations());
    }

    [Fact]
    public async Task Restarted_engine_reads_and_writes_each_profile_once()
    {
        await NewEngine(_cosmos.First).ProcessAsync(NextBatch(), default);
        _cosmos.Emulator.Meter.Reset();

        await NewEngine(_cosmos.Second).ProcessAsync(NextBatch(), default);

        Assert.Equal((Users, 0, Users), Operations());
    }

    [Fact]
    public async Task Repeated_batch_reads_and_writes_nothing_twice()
    {
        var batch = NextBatch();
        await NewEngine(_cosmos.First).ProcessAsync(batch, default);
        _cosmos.Emulator.Meter.Reset();

        await NewEngine(_cosmos.Second).ProcessAsync(batch, default);

        Assert.Equal((Users, 0, 0), Operations());
        Assert.All(await ReadAllAsync(), seen => Assert.Equal(EventsPerUser, seen));
    }

    [Fact]
    public async Task Profile_that_another_process_has_changed_costs_one_more_write_and_no_other_is_asked_again()
    {
        var engine = NewEngine(_cosmos.First);
        await engine.ProcessAsync(NextBatch(), default);
        await NewEngine(_cosmos.Second).ProcessAsync([NextEvent(7)], default);
        _cosmos.Emulator.Meter.Reset();

        await engine.ProcessAsync(NextBatch(), default);

        // Who lost the race looks whose write it was, and the engine reads what it has to fold into.
        Assert.Equal((2, 0, Users + 1), Operations());
        Assert.Equal((2 * EventsPerUser) + 1, (await ReadAllAsync())[7]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Lost_replies_races_and_refusals_count_nothing_twice_and_lose_nothing(ulong seed)
    {
        CosmosOperation[] operations = [CosmosOperation.CreateItem, CosmosOperation.ReplaceItem, CosmosOperation.ReadItem];
        Fault[] faults = [Fault.ReplyLost, Fault.ReplyReplaced(503), Fault.Status(503), Fault.TooManyRequests(TimeSpan.FromMilliseconds(1))];
        foreach (var fault in faults)
            _cosmos.Emulator.Faults.Order(new FaultOrder(fault) { Container = "profiles", Operations = operations, Count = null, Share = 0.04, Seed = seed++ });
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.RaceLost)
        {
            Container = "profiles",
            Operations = [CosmosOperation.ReplaceItem],
            Count = null,
            Share = 0.1,
            Seed = seed,
        });
        var engine = NewEngine(_cosmos.First);

        for (var batch = 1; batch <= 5; batch++)
            await ProcessUntilDoneAsync(engine, NextBatch());

        _cosmos.Emulator.Faults.Clear();
        Assert.All(await ReadAllAsync(), seen => Assert.Equal(5 * EventsPerUser, seen));
    }

    /// <summary>What the runner of batches does: a store that is away holds the batch.</summary>
    private static async Task ProcessUntilDoneAsync(StreamingEngine engine, IReadOnlyList<LogRecord> batch)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await engine.ProcessAsync(batch, default);
                return;
            }
            catch (StoreUnavailableException) when (attempt < 100)
            {
                // Again, at once: in this test the store is back with the next request.
            }
        }
    }

    private static DefinitionSnapshot Publish(AttributeGroupDefinition group)
    {
        var key = new AttributeKeyDefinition { Name = "user_id", Key = "user_id", IsPublished = true };
        var empty = new DefinitionSnapshot { Revision = 1 };
        return empty with { AttributeKeys = empty.AttributeKeys.Add(key.Name, key), AttributeGroups = empty.AttributeGroups.Add(group.Id, group) };
    }

    private StreamingEngine NewEngine(CosmosAccount account) =>
        new(this, new CosmosProfileStore(account, _time), new CosmosBadRowStore(account), _time, _metrics);

    private List<LogRecord> NextBatch() => [.. Enumerable.Range(0, Users * EventsPerUser).Select(i => NextEvent(i % Users))];

    private LogRecord NextEvent(int user) => new(
        new LogPosition(0, _sequence++), LogRecordKind.EnrichedLine, new EnrichedLineBuilder().With("user_id", $"u{user}").At(_time.GetUtcNow()).Build());

    private async Task<IReadOnlyList<int>> ReadAllAsync()
    {
        var reader = new AttributeReader(this, new CosmosProfileStore(_cosmos.Second, _time), _time);
        string[] users = [.. Enumerable.Range(0, Users).Select(user => $"u{user}")];
        var read = await reader.ReadAsync(
            new AttributeReadRequest(null, ["visits_v1:seen"], new Dictionary<string, IReadOnlyList<string>> { ["user_id"] = users }, false), default);
        return [.. read.Columns[0].Values.Select(value => int.Parse(value.ToJson()))];
    }

    private (long Reads, long Creates, long Replaces) Operations()
    {
        long Count(CosmosOperation operation) => _cosmos.Emulator.Meter.Total("profiles", operation).Requests;
        Assert.Equal(Count(CosmosOperation.ReadItem) + Count(CosmosOperation.CreateItem) + Count(CosmosOperation.ReplaceItem), _cosmos.Emulator.Meter.Total("profiles").Requests);
        return (Count(CosmosOperation.ReadItem), Count(CosmosOperation.CreateItem), Count(CosmosOperation.ReplaceItem));
    }
}
