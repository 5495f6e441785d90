using Signals.CosmosEmulator;
using Signals.Storage.Cosmos;

namespace Signals.Storage.Tests.Harness;

public sealed class TemporaryCosmosTests
{
    [Fact]
    public async Task Two_processes_share_the_items_and_one_clock()
    {
        var time = new Compliance.ManualTime();
        await using var cosmos = new TemporaryCosmos(time);
        await cosmos.CreateAsync();

        var written = await cosmos.First.Container(CosmosContainers.Profiles).CreateAsync("p", """{"id":"a","pk":"p","ttl":60}"""u8.ToArray(), default);
        var read = await cosmos.Second.Container(CosmosContainers.Profiles).ReadAsync("a", "p", default);
        time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(written.ETag, read!.Value.ETag);
        Assert.Null(await cosmos.Second.Container(CosmosContainers.Profiles).ReadAsync("a", "p", default));
        Assert.Equal(1, cosmos.Emulator.Meter.Total(CosmosContainers.Profiles.Name, CosmosOperation.CreateItem).Requests);
    }
}
