using Signals.CosmosEmulator;
using Signals.Engine.Attributes;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;
using Signals.Storage.Tests.Harness;

namespace Signals.Storage.Tests.Cosmos;

public sealed class CosmosProfileStoreTests : ProfileStoreCompliance, IAsyncLifetime
{
    private TemporaryCosmos _cosmos = null!;

    protected override IProfileStore Store => new CosmosProfileStore(_cosmos.First, Time);

    public Task InitializeAsync()
    {
        _cosmos = new TemporaryCosmos(Time);
        return _cosmos.CreateAsync();
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Increments_of_two_processes_lose_none()
    {
        var key = new ProfileKey("user_id", "shared");
        IProfileStore[] stores = [Store, new CosmosProfileStore(_cosmos.Second, Time)];

        await Task.WhenAll(stores.Select(store => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
                await Increment(store, key);
        })));

        Assert.Equal("100", Text((await Store.ReadAsync([key], default))[0]));
    }

    [Fact]
    public async Task Identifiers_of_any_unicode_are_kept_apart_and_come_back_from_a_scan()
    {
        string[] identifiers =
        [
            "/", "\\", "?", "#", "%2F", "~2F", "a/b", "a\\b", ".", "..", " ", "a ", "\n", "\0", "ä", "a\u0308", "漢", "😀", "\ud83d", "\ude00", "\ud83d\ud83d\ude00", ":", "\"",
            new string('漢', 512), new string('漢', 511) + "字", new string('a', 512),
        ];
        await Store.WriteAsync([.. identifiers.Select((identifier, i) => new ProfileWrite(new("user_id", identifier), new[] { (byte)i }, null, null))], default);

        var scanned = new Dictionary<string, byte>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await Store.ScanAsync("user_id", continuation, 7, default);
            foreach (var (key, profile) in page)
                scanned.Add(key.Identifier, profile.State.Span[0]);
        }
        while (continuation is not null);

        Assert.Equal(identifiers.Length, scanned.Count);
        for (var i = 0; i < identifiers.Length; i++)
            Assert.Equal(i, scanned[identifiers[i]]);
    }

    [Theory]
    [InlineData("a", "b:c", "a:b", "c")]
    [InlineData("$decisions", "0-17", "decisions", "$0-17")]
    public async Task Attribute_key_and_identifier_do_not_run_together(string key, string identifier, string otherKey, string otherIdentifier)
    {
        await Store.WriteAsync([new ProfileWrite(new(key, identifier), "one"u8.ToArray(), null, null)], default);

        Assert.Null((await Store.ReadAsync([new(otherKey, otherIdentifier)], default))[0]);
        Assert.Equal("one", Text((await Store.ReadAsync([new(key, identifier)], default))[0]));
    }

    [Fact]
    public async Task Profile_beyond_what_a_document_holds_is_refused_by_name()
    {
        var key = new ProfileKey("user_id", "whale");

        var error = await Assert.ThrowsAsync<ProfileTooLargeException>(async () =>
            await Store.WriteAsync([new ProfileWrite(key, new byte[2 << 20], null, null)], default));

        Assert.Equal(key, error.Key);
    }

    [Fact]
    public async Task New_profiles_cost_one_read_and_one_write_each()
    {
        var keys = Enumerable.Range(0, 50).Select(i => new ProfileKey("user_id", $"u{i}")).ToList();

        await Store.ReadAsync(keys, default);
        await Store.WriteAsync([.. keys.Select(key => new ProfileWrite(key, "one"u8.ToArray(), null, null))], default);

        Assert.Equal((50, 50, 0), (Count(CosmosOperation.ReadItem), Count(CosmosOperation.CreateItem), Count(CosmosOperation.ReplaceItem)));
    }

    [Fact]
    public async Task Profiles_whose_etag_is_known_cost_one_write_each()
    {
        var keys = Enumerable.Range(0, 50).Select(i => new ProfileKey("user_id", $"u{i}")).ToList();
        var etags = await Store.WriteAsync([.. keys.Select(key => new ProfileWrite(key, "one"u8.ToArray(), null, null))], default);
        _cosmos.Emulator.Meter.Reset();

        await Store.WriteAsync([.. keys.Select((key, i) => new ProfileWrite(key, "two"u8.ToArray(), etags[i], null))], default);

        Assert.Equal((0, 0, 50), (Count(CosmosOperation.ReadItem), Count(CosmosOperation.CreateItem), Count(CosmosOperation.ReplaceItem)));
    }

    [Fact]
    public async Task Expired_profile_disappears_from_the_container_by_itself()
    {
        await Store.WriteAsync([new ProfileWrite(new("user_id", "anna"), "one"u8.ToArray(), null, Time.GetUtcNow().AddSeconds(90.5))], default);
        Time.Advance(TimeSpan.FromSeconds(92));

        var container = _cosmos.First.Container(CosmosContainers.Profiles);
        Assert.Null(await container.ReadAsync("user_id:anna", "user_id:anna", default));
    }

    private long Count(CosmosOperation operation) => _cosmos.Emulator.Meter.Total("profiles", operation).Requests;
}
