using System.Text;
using System.Text.Json;
using Signals.Engine.Events;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Tests.EventHubs;

/// <summary>The way into a hub, against the REST endpoint as its documentation describes it.</summary>
public sealed class EventHubsSinkTests : IAsyncLifetime
{
    private const string Hub = "enriched";
    private const int Partitions = 4;

    private readonly ManualClock _time = new();
    private FakeEventHubs _hubs = null!;
    private TestCredential _credential = null!;
    private HubCredential _tokens = null!;
    private HubProducer _producer = null!;
    private EventHubsSink _sink = null!;

    public async Task InitializeAsync()
    {
        _hubs = await FakeEventHubs.StartAsync(Hub);
        _credential = new TestCredential(_time);
        _tokens = new HubCredential(_credential, _time);
        _producer = new HubProducer(_hubs.Address, Hub, _tokens, TimeProvider.System, TimeSpan.FromMilliseconds(1));
        _sink = new EventHubsSink(_producer, Partitions, _time);
    }

    public async Task DisposeAsync()
    {
        _producer.Dispose();
        _tokens.Dispose();
        await _hubs.DisposeAsync();
    }

    [Fact]
    public async Task Events_of_one_person_come_into_one_partition_in_order()
    {
        var lines = Enumerable.Range(0, 3000).Select(i => EventLines.Of($"person-{i % 40}", tag: $"{i}")).ToList();

        foreach (var part in lines.Chunk(700))
            await _sink.AppendAsync(EventLines.ToChunk(part), default);

        Assert.Equal(Enumerable.Range(0, Partitions), _hubs.Partitions);
        var partitionOf = new Dictionary<string, int>();
        foreach (var partition in _hubs.Partitions)
            foreach (var person in _hubs.EventsOf(partition).GroupBy(e => e.Body.Split('\t')[AtomicColumns.DomainUserid]))
            {
                Assert.True(partitionOf.TryAdd(person.Key, partition), $"{person.Key} is in two partitions.");
                var tags = person.Select(e => int.Parse(e.Body.Split('\t')[AtomicColumns.AppId])).ToList();
                Assert.Equal(tags.Order(), tags);
            }
        Assert.Equal(lines.Order(), _hubs.Events.Select(e => e.Body).Order());
    }

    [Fact]
    public async Task Requests_keep_to_the_limit_of_the_service()
    {
        var filling = new string('"', 40_000);
        var lines = Enumerable.Range(0, 100).Select(i => EventLines.Of("one", tag: $"{i}", contexts: $"{{{filling}}}")).ToList();

        await _sink.AppendAsync(EventLines.ToChunk(lines), default);

        Assert.Equal(lines, _hubs.Events.Select(e => e.Body));
        Assert.InRange(_hubs.Requests, 8, 12);
    }

    [Fact]
    public async Task Many_small_events_keep_to_the_limit_too()
    {
        var builder = new LogChunkBuilder();
        for (var i = 0; i < 20_000; i++)
            builder.Add(LogRecordKind.EnrichedLine, "x"u8);

        await _sink.AppendAsync(builder.ToChunk(), default);

        Assert.Equal(20_000, _hubs.Events.Count);
    }

    [Fact]
    public async Task Event_that_no_request_has_room_for_becomes_a_size_violation_in_its_place()
    {
        var large = EventLines.Of("one", contexts: $"{{{new string('"', 600_000)}}}");

        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one", "before"), large, EventLines.Of("one", "after")]), default);

        var (first, second, third) = (_hubs.Events[0], _hubs.Events[1], _hubs.Events[2]);
        Assert.StartsWith("before", first.Body);
        Assert.StartsWith("after", third.Body);
        Assert.Equal("bad_row", second.Properties["kind"]);
        Assert.Contains("size_violation", JsonDocument.Parse(second.Body).RootElement.GetProperty("schema").GetString());
    }

    [Fact]
    public async Task Bad_rows_are_marked_and_come_back_as_bad_rows()
    {
        var row = BadRow.GenericError(["no good"], "payload"u8, DateTimeOffset.UnixEpoch);
        var builder = new LogChunkBuilder();
        builder.Add(LogRecordKind.BadRow, row.Span);
        builder.Add(LogRecordKind.EnrichedLine, Encoding.UTF8.GetBytes(EventLines.Of("one")));

        await _sink.AppendAsync(builder.ToChunk(), default);

        var records = _hubs.Partitions.SelectMany(p => HubBatches.Read(_hubs.EventsOf(p), partition: p)).ToList();
        Assert.Equal(row.ToArray(), Assert.Single(records, r => r.Kind == LogRecordKind.BadRow).Payload.ToArray());
        Assert.Single(records, r => r.Kind == LogRecordKind.EnrichedLine);
    }

    [Fact]
    public async Task Line_that_is_no_utf8_goes_as_its_bad_row_and_not_as_another_line()
    {
        var builder = new LogChunkBuilder();
        builder.Add(LogRecordKind.EnrichedLine, [.. Encoding.UTF8.GetBytes(EventLines.Of("one")), 0xff]);

        await _sink.AppendAsync(builder.ToChunk(), default);

        var stored = Assert.Single(_hubs.Events);
        Assert.Equal("bad_row", stored.Properties["kind"]);
        Assert.Contains("loader_parsing_error", stored.Body);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(408)]
    public async Task Request_that_is_refused_for_now_is_sent_again(int status)
    {
        _hubs.Faults.Enqueue(FakeEventHubs.Status(status, retryAfter: "0"));
        _hubs.Faults.Enqueue(FakeEventHubs.Status(status));

        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one", "a"), EventLines.Of("one", "b")]), default);

        Assert.Equal(["a", "b"], _hubs.Events.Select(e => e.Body.Split('\t')[0]));
        Assert.Equal(3, _hubs.Requests);
    }

    [Fact]
    public async Task Request_whose_answer_is_lost_is_sent_again()
    {
        _hubs.Faults.Enqueue(FakeEventHubs.LoseAnswer);

        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default);

        Assert.Equal(2, _hubs.Events.Count);
        Assert.Single(_hubs.Events.Select(e => e.Body).Distinct());
    }

    [Theory]
    [InlineData(503)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task Hub_that_stays_away_is_a_store_that_is_away(int status)
    {
        for (var i = 0; i < 20; i++)
            _hubs.Faults.Enqueue(FakeEventHubs.Status(status));

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default));

        Assert.Empty(_hubs.Events);
        Assert.InRange(_hubs.Requests, 1, 5);
    }

    [Fact]
    public async Task Address_where_nobody_listens_is_a_store_that_is_away()
    {
        using var nowhere = new HubProducer(new Uri("http://127.0.0.1:1/"), Hub, _tokens, TimeProvider.System, TimeSpan.FromMilliseconds(1));
        var sink = new EventHubsSink(nowhere, Partitions, _time);

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default));
    }

    [Fact]
    public async Task Failure_of_the_one_partition_fails_the_chunk()
    {
        _hubs.Faults.Enqueue(FakeEventHubs.Status(400));
        var lines = Enumerable.Range(0, 40).Select(i => EventLines.Of($"person-{i}"));

        await Assert.ThrowsAsync<HttpRequestException>(async () => await _sink.AppendAsync(EventLines.ToChunk(lines), default));
    }

    [Fact]
    public async Task Token_is_asked_for_once_and_again_shortly_before_it_ends()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _sink.AppendAsync(EventLines.ToChunk([EventLines.Of($"person-{i}")]), default).AsTask()));
        Assert.Equal(1, _credential.Given);
        Assert.Equal(["https://eventhubs.azure.net/.default"], _credential.Scopes);

        _time.Advance(TimeSpan.FromMinutes(54));
        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default);
        Assert.Equal(1, _credential.Given);

        _time.Advance(TimeSpan.FromMinutes(2));
        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default);
        Assert.Equal(2, _credential.Given);
        Assert.Equal("Bearer token-2", _hubs.Tokens.Last());
    }

    [Fact]
    public async Task Token_that_was_refused_is_not_used_again()
    {
        _hubs.Faults.Enqueue(FakeEventHubs.Status(401));

        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default);

        Assert.Equal(["Bearer token-1", "Bearer token-2"], _hubs.Tokens);
    }

    [Fact]
    public async Task Check_tells_a_failure_until_it_is_over()
    {
        await _sink.CheckAsync(default);
        _hubs.Faults.Enqueue(FakeEventHubs.Status(403));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default));

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _sink.CheckAsync(default));
        await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default);
        await _sink.CheckAsync(default);
    }

    [Fact]
    public async Task Check_does_not_hold_an_old_failure_against_a_hub_without_traffic()
    {
        _hubs.Faults.Enqueue(FakeEventHubs.Status(403));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _sink.AppendAsync(EventLines.ToChunk([EventLines.Of("one")]), default));

        _time.Advance(TimeSpan.FromSeconds(31));

        await _sink.CheckAsync(default);
    }

    [Fact]
    public async Task Check_tells_that_there_is_no_token()
    {
        _credential.Fails = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await _sink.CheckAsync(default));
    }
}
