using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosAccountTests : IAsyncLifetime
{
    private TemporaryCosmos _cosmos = null!;

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos();
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Opening_twice_changes_nothing()
    {
        await new CosmosProfileStore(_cosmos.First, TimeProvider.System).WriteAsync([new ProfileWrite(new("user_id", "anna"), "one"u8.ToArray(), null, null)], default);

        var other = _cosmos.Second;
        await other.OpenAsync(default);

        Assert.NotNull((await new CosmosProfileStore(other, TimeProvider.System).ReadAsync([new("user_id", "anna")], default))[0]);
    }

    [Fact]
    public async Task Missing_containers_are_named_where_they_are_not_made()
    {
        var empty = _cosmos.Open(options => options with { Database = "elsewhere" });

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => empty.CheckAsync(default));

        Assert.Contains($"container {string.Join(", ", CosmosContainers.All.Select(container => container.Name))} in database elsewhere", error.Message);
        await _cosmos.First.CheckAsync(default);
    }

    [Fact]
    public async Task Stores_without_their_container_are_unavailable_and_not_empty()
    {
        var store = new CosmosProfileStore(_cosmos.Open(options => options with { Database = "elsewhere" }), TimeProvider.System);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ReadAsync([new("user_id", "anna")], default));

        Assert.Contains("profiles", error.Message);
    }

    [Fact]
    public async Task Every_request_is_measured_with_its_charge()
    {
        using var meters = new OneMeter();
        using var account = new CosmosAccount(
            _cosmos.First.Options, httpClientFactory: () => new HttpClient(_cosmos.Emulator.CreateHandler()), metrics: new CosmosMetrics(meters));
        var container = account.Container(CosmosContainers.Leases);

        await container.ReadAsync("nobody", "nobody", default);
        await container.CreateAsync("a", CosmosItem.Write("a", "a", 0, static (_, _) => { }), default);
        _cosmos.Emulator.Faults.Next(CosmosOperation.ReadItem, Fault.Status(403));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => container.ReadAsync("a", "a", default));

        string[] requests = ["leases read 404", "leases create 201", "leases read 403"];
        Assert.Equal(requests, meters.Measured("signals.cosmos.requests").Select(one => one.Tags));
        Assert.Equal(requests, meters.Measured("signals.cosmos.request_units").Select(one => one.Tags));
        var units = meters.Measured("signals.cosmos.request_units").Sum(one => one.Value);
        Assert.InRange(units, 6, 8);
        Assert.Equal(units, account.Metrics.Usage.Sum(usage => usage.RequestUnits), 2);
    }

    [Fact]
    public void Containers_have_different_names_and_index_paths_of_scalars()
    {
        Assert.Distinct(CosmosContainers.All.Select(container => container.Name));
        Assert.All(CosmosContainers.All.SelectMany(container => container.IndexedPaths), path => Assert.Matches(@"^/[a-z_]+/(\[\]/)?\?$", path));
    }

    /// <summary>A meter of its own, listened to.</summary>
    private sealed class OneMeter : IMeterFactory
    {
        private readonly ConcurrentQueue<(string Instrument, string Tags, double Value)> _measured = new();
        private readonly MeterListener _listener = new();
        private Meter? _meter;

        public Meter Create(MeterOptions options)
        {
            _meter = new Meter(options);
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == _meter)
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
                _measured.Enqueue((instrument.Name, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Value}")), value)));
            _listener.Start();
            return _meter;
        }

        public IEnumerable<(string Tags, double Value)> Measured(string instrument) =>
            _measured.Where(one => one.Instrument == instrument).Select(one => (one.Tags, one.Value));

        public void Dispose()
        {
            _listener.Dispose();
            _meter?.Dispose();
        }
    }
}
