using System.Text;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

/// <summary>What the Profiles Store makes of everything that goes wrong between it and Cosmos DB.</summary>
public sealed class CosmosProfileStoreFaultTests : IAsyncLifetime
{
    private static readonly ProfileKey Anna = new("user_id", "anna");

    private readonly ManualTime _time = new();
    private TemporaryCosmos _cosmos = null!;
    private CosmosProfileStore _store = null!;

    public async Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(_time);
        await _cosmos.CreateAsync();
        _store = new CosmosProfileStore(
            _cosmos.Open(options => options with { RequestTimeout = TimeSpan.FromSeconds(2), ThrottlingRetries = 2, LongestThrottling = TimeSpan.FromSeconds(1) }), _time);
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Throttled_request_is_repeated_by_the_client()
    {
        Order(Fault.TooManyRequests(TimeSpan.FromMilliseconds(5)), CosmosOperation.CreateItem, count: 2);

        Assert.NotNull(await WriteAsync("one", null));
        Assert.Equal("one", await ReadAsync());
    }

    [Fact]
    public async Task Store_that_goes_on_throttling_is_unavailable_and_says_for_how_long()
    {
        Order(Fault.TooManyRequests(TimeSpan.FromMilliseconds(70)), CosmosOperation.CreateItem, count: null);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync("one", null));

        Assert.Equal(TimeSpan.FromMilliseconds(70), error.RetryAfter);
        Assert.Contains("profiles", error.Message);
    }

    [Theory]
    [InlineData(503, 0)]
    [InlineData(500, 0)]
    [InlineData(408, 0)]
    [InlineData(449, 0)]
    [InlineData(403, 0)]
    [InlineData(401, 0)]
    [InlineData(404, 1002)]
    [InlineData(404, 1003)]
    public async Task Answers_that_say_nothing_about_the_profile_mean_that_the_store_is_unavailable(int status, int subStatus)
    {
        await WriteAsync("one", null);
        Order(Fault.Status(status, subStatus), CosmosOperation.ReadItem, count: null);
        Order(Fault.Status(status, subStatus), CosmosOperation.ReplaceItem, count: null);

        await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync("two", "\"some etag\""));
    }

    [Fact]
    public async Task Store_that_does_not_answer_is_unavailable_after_the_timeout()
    {
        Order(Fault.Silence, CosmosOperation.ReadItem, count: null);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);

        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task Broken_connections_mean_that_the_store_is_unavailable()
    {
        Order(Fault.ConnectionReset, CosmosOperation.ReadItem, count: null);

        await Assert.ThrowsAsync<StoreUnavailableException>(ReadAsync);
    }

    [Fact]
    public async Task Caller_that_stops_gets_a_cancellation()
    {
        var silence = Order(Fault.Silence, CosmosOperation.ReadItem, count: null);
        using var stop = new CancellationTokenSource();
        var reading = _store.ReadAsync([Anna], stop.Token).AsTask();
        await silence.FirstStrike;
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    public static TheoryData<string> LostReplies => ["reset", "503", "408", "silent"];

    [Theory]
    [MemberData(nameof(LostReplies))]
    public async Task Write_of_a_new_profile_whose_answer_was_lost_is_a_success(string how)
    {
        var lost = Order(LostReply(how), CosmosOperation.CreateItem);

        var etag = await WriteAsync("one", null);

        Assert.NotNull(etag);
        Assert.Equal(1, lost.Strikes());
        Assert.NotNull(await WriteAsync("two", etag));
        Assert.Equal("two", await ReadAsync());
    }

    [Theory]
    [MemberData(nameof(LostReplies))]
    public async Task Replacement_whose_answer_was_lost_is_a_success(string how)
    {
        var first = await WriteAsync("one", null);
        Order(LostReply(how), CosmosOperation.ReplaceItem);

        var etag = await WriteAsync("two", first);

        Assert.NotNull(etag);
        Assert.NotNull(await WriteAsync("three", etag));
        Assert.Equal("three", await ReadAsync());
    }

    [Fact]
    public async Task Write_that_was_not_done_is_not_taken_for_one_whose_answer_was_lost()
    {
        var first = await WriteAsync("one", null);
        Order(Fault.Status(503), CosmosOperation.ReplaceItem, count: null);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync("two", first));

        _cosmos.Emulator.Faults.Clear();
        Assert.Equal("one", await ReadAsync());
        Assert.NotNull(await WriteAsync("two", first));
    }

    [Fact]
    public async Task Same_bytes_from_another_writer_are_a_lost_race()
    {
        var first = await WriteAsync("one", null);
        var other = new CosmosProfileStore(_cosmos.Second, _time);
        await other.WriteAsync([Write("two", first)], default);

        Assert.Null(await WriteAsync("two", first));
    }

    [Fact]
    public async Task Lost_race_is_told_and_the_next_attempt_wins()
    {
        var first = await WriteAsync("one", null);
        Order(Fault.RaceLost, CosmosOperation.ReplaceItem);

        Assert.Null(await WriteAsync("two", first));

        var current = (await _store.ReadAsync([Anna], default))[0]!;
        Assert.NotNull(await WriteAsync("two", current.ETag));
    }

    [Fact]
    public async Task One_unavailable_profile_does_not_undo_the_others()
    {
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Status(503)) { IdPrefix = "user_id:bert", Count = null });

        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await _store.WriteAsync([Write("one", null), Write("b", null) with { Key = new("user_id", "bert") }], default));

        Assert.Equal("one", await ReadAsync());
    }

    private static Fault LostReply(string how) => how switch
    {
        "reset" => Fault.ReplyLost,
        "silent" => Fault.ReplySilent,
        var status => Fault.ReplyReplaced(int.Parse(status)),
    };

    private static ProfileWrite Write(string state, string? etag) => new(Anna, Encoding.UTF8.GetBytes(state), etag, null);

    private ActiveFault Order(Fault fault, CosmosOperation operation, int? count = 1) =>
        _cosmos.Emulator.Faults.Order(new FaultOrder(fault) { Operations = [operation], Container = "profiles", Count = count });

    private async Task<string?> WriteAsync(string state, string? etag) => (await _store.WriteAsync([Write(state, etag)], default))[0];

    private async Task<string?> ReadAsync() => (await _store.ReadAsync([Anna], default))[0] is { } profile ? Encoding.UTF8.GetString(profile.State.Span) : null;
}
