using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosDefinitionStoreTests : DefinitionStoreCompliance, IAsyncLifetime
{
    private TemporaryCosmos _cosmos = null!;

    protected override IDefinitionStore Store => new CosmosDefinitionStore(_cosmos.First);

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos();
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Any_number_of_changes_is_one_revision()
    {
        StoredDefinition[] definitions = [.. Enumerable.Range(0, 1000).Select(i => new StoredDefinition("service", $"s{i}", 0, $$"""{"i":{{i}}}"""))];

        Assert.True(await Store.TryWriteAsync(0, definitions, default));

        var loaded = await Store.LoadAsync(default);
        Assert.Equal(1, loaded.Revision);
        Assert.Equal(definitions.ToHashSet(), loaded.Definitions.ToHashSet());
    }

    [Fact]
    public async Task Definitions_of_several_megabytes_are_one_revision()
    {
        // Random, so that compression does not make them small.
        var random = new Random(1);
        StoredDefinition[] Definitions() => [.. Enumerable.Range(0, 40).Select(i => new StoredDefinition("service", $"s{i}", 0, Noise(random)))];
        var (first, second) = (Definitions(), Definitions());

        Assert.True(await Store.TryWriteAsync(0, first, default));
        Assert.True(await Store.TryWriteAsync(1, second, default));

        Assert.Equal(second.ToHashSet(), (await Store.LoadAsync(default)).Definitions.ToHashSet());
    }

    [Fact]
    public async Task Nothing_of_older_revisions_stays_behind()
    {
        for (var revision = 0; revision < 5; revision++)
            Assert.True(await Store.TryWriteAsync(revision, [new("service", $"s{revision}", 0, "{}")], default));

        var items = await _cosmos.First.Container(CosmosContainers.Definitions).ReadAllAsync(null, "definitions", default);

        Assert.Equal(2, items.Count);
    }

    [Fact]
    public async Task Reading_the_revision_costs_one_point_read()
    {
        await Store.TryWriteAsync(0, [new("service", "a", 0, "{}")], default);
        _cosmos.Emulator.Meter.Reset();

        await Store.ReadRevisionAsync(default);

        var total = _cosmos.Emulator.Meter.Total("definitions");
        Assert.Equal((1, 1), (total.Requests, _cosmos.Emulator.Meter.Total("definitions", CosmosOperation.ReadItem).Requests));
        Assert.InRange(total.RequestUnits, 0.1, 1);
    }

    [Fact]
    public async Task Reader_that_is_overtaken_reads_the_new_revision()
    {
        await Store.TryWriteAsync(0, [new("service", "a", 0, "1")], default);
        var overtaken = false;
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Meanwhile(async (_, cancellationToken) =>
        {
            overtaken = true;
            await new CosmosDefinitionStore(_cosmos.First).TryWriteAsync(1, [new("service", "a", 0, "2")], cancellationToken);
        }))
        { Container = "definitions", Operations = [CosmosOperation.ReadItem], Skip = 1 });

        var loaded = await Store.LoadAsync(default);

        Assert.True(overtaken);
        Assert.Equal((2, "2"), (loaded.Revision, Assert.Single(loaded.Definitions).Json));
    }

    [Fact]
    public async Task Writer_that_is_overtaken_changes_nothing()
    {
        await Store.TryWriteAsync(0, [new("service", "a", 0, "1")], default);
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Meanwhile(async (_, cancellationToken) =>
            await new CosmosDefinitionStore(_cosmos.First).TryWriteAsync(1, [new("service", "a", 0, "2")], cancellationToken)))
        { Container = "definitions", Operations = [CosmosOperation.Batch] });

        Assert.False(await Store.TryWriteAsync(1, [new("service", "a", 0, "3")], default));

        var loaded = await Store.LoadAsync(default);
        Assert.Equal((2, "2"), (loaded.Revision, Assert.Single(loaded.Definitions).Json));
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("503")]
    public async Task Write_whose_answer_was_lost_is_a_success(string how)
    {
        var lost = _cosmos.Emulator.Faults.Next(CosmosOperation.Batch, how == "reset" ? Fault.ReplyLost : Fault.ReplyReplaced(503));

        Assert.True(await Store.TryWriteAsync(0, [new("service", "a", 0, "1")], default));

        Assert.Equal(1, lost.Strikes());
        Assert.Equal(1, await Store.ReadRevisionAsync(default));
    }

    [Fact]
    public async Task Store_that_is_away_is_unavailable()
    {
        _cosmos.Emulator.Faults.Order(new FaultOrder(Fault.Status(503)) { Count = null });

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.TryWriteAsync(0, [new("service", "a", 0, "1")], default));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await Store.LoadAsync(default));
    }

    private static string Noise(Random random)
    {
        var bytes = new byte[60_000];
        random.NextBytes(bytes);
        return $"\"{Convert.ToBase64String(bytes)}\"";
    }
}
