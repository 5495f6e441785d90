using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>The situations that Snowplow's warehouse package for identities names, each told in events of our own.</summary>
public sealed class WarehousePackageScenarios
{
    private readonly MemoryIdentityStore _store = new();
    private readonly List<MergeEvent> _published = [];
    private int _events;

    [Fact]
    public async Task Simple()
    {
        var a = await SeeAsync(1, "d:a");
        var b = await SeeAsync(2, "d:b", "n:b");

        Assert.Equal(a, await SeeAsync(3, "d:a", "n:b"));

        AssertMerges(a, b);
    }

    [Fact]
    public async Task Chain()
    {
        var (a, b, c) = (await SeeAsync(1, "d:a", "n:a"), await SeeAsync(2, "d:b", "n:b"), await SeeAsync(3, "d:c", "n:c"));

        Assert.Equal(b, await SeeAsync(4, "d:b", "n:c"));
        Assert.Equal(a, await SeeAsync(5, "d:a", "n:b"));

        AssertMerges(a, b, c);
        Assert.Equal([1, 2], _published.Select(merge => merge.Merged.Length));
    }

    [Fact]
    public async Task Fan_in()
    {
        var hub = await SeeAsync(1, "u:u", "d:hub");
        SnowplowId[] others = [await SeeAsync(2, "d:a"), await SeeAsync(3, "d:b"), await SeeAsync(4, "d:c")];
        foreach (var (minute, device) in ((int, string)[])[(5, "d:a"), (6, "d:b"), (7, "d:c")])
            Assert.Equal(hub, await SeeAsync(minute, "u:u", device));

        AssertMerges(hub, others);
        Assert.Equal([1, 2, 3], _published.Select(merge => merge.Merged.Length));
    }

    [Fact]
    public async Task Fan_out()
    {
        // The last to be absorbed is older than the survivor so far, and becomes the survivor.
        var late = await SeeAsync(3, "d:a", "n:a");
        var later = await SeeAsync(4, "d:b");
        var oldest = await SeeAsync(1, "d:c");

        Assert.Equal(late, await SeeAsync(5, "d:b", "n:a"));
        Assert.Equal(oldest, await SeeAsync(6, "d:c", "n:a"));

        AssertMerges(oldest, late, later);
    }

    [Fact]
    public async Task Diamond()
    {
        var (a, b, c, d) = (await SeeAsync(1, "d:a", "n:a"), await SeeAsync(2, "d:b", "n:b"), await SeeAsync(3, "d:c", "n:c"), await SeeAsync(4, "d:d", "n:d"));
        await SeeAsync(5, "d:b", "n:d");
        await SeeAsync(6, "d:a", "n:b");

        Assert.Equal(a, await SeeAsync(7, "d:a", "n:c"));
        Assert.Equal(a, await SeeAsync(8, "d:c", "n:d"));

        AssertMerges(a, b, c, d);
        Assert.Equal(3, _published.Count);
    }

    [Fact]
    public async Task Long_chain()
    {
        const int length = 40;
        var people = new List<SnowplowId>();
        for (var i = 0; i < length; i++)
            people.Add(await SeeAsync(length - i, $"d:{i}", $"n:{i}"));
        for (var i = 1; i < length; i++)
            Assert.Equal(people[i], await SeeAsync(100 + i, $"d:{i}", $"n:{i - 1}"));

        AssertMerges(people[^1], [.. people[..^1]]);
        Assert.Equal(people[^1], await SeeAsync(200, "d:0"));
    }

    [Fact]
    public async Task Late_merge()
    {
        var (a, b) = (await SeeAsync(10, "d:a"), await SeeAsync(20, "d:b"));

        Assert.Equal(a, await SeeAsync(5, "d:a", "d:b"));

        AssertMerges(a, b);
        Assert.Equal(RandomEvents.Event("", 5).Time, Assert.Single(_published[0].Merged).MergedAt);
    }

    [Fact]
    public async Task Rapid_re_merge()
    {
        var (a, b, c) = (await SeeAsync(1, "d:a"), await SeeAsync(2, "d:b"), await SeeAsync(3, "d:c"));

        Assert.Equal(b, await SeeAsync(4, "d:b", "d:c"));
        Assert.Equal(a, await SeeAsync(4, "d:a", "d:b"));
        Assert.Equal(a, await SeeAsync(4, "d:a", "d:c"));

        AssertMerges(a, b, c);
        Assert.Equal(2, _published.Count);
    }

    [Fact]
    public async Task Three_way_bridge()
    {
        var (a, b, c) = (await SeeAsync(1, "u:a"), await SeeAsync(2, "d:b"), await SeeAsync(3, "n:c"));

        Assert.Equal(a, await SeeAsync(4, "u:a", "d:b", "n:c"));

        AssertMerges(a, b, c);
        Assert.Single(_published);
    }

    [Fact]
    public async Task Self_bridge()
    {
        var a = await SeeAsync(1, "d:a", "n:a");

        Assert.Equal(a, await SeeAsync(2, "d:a", "n:a"));

        Assert.Empty(_published);
    }

    [Fact]
    public async Task Group_merge()
    {
        var (a, b, c, d) = (await SeeAsync(1, "d:a"), await SeeAsync(2, "d:b"), await SeeAsync(3, "d:c"), await SeeAsync(4, "d:d"));
        await SeeAsync(5, "d:a", "d:b");
        await SeeAsync(6, "d:c", "d:d");

        Assert.Equal(a, await SeeAsync(7, "d:b", "d:d"));

        AssertMerges(a, b, c, d);
        Assert.Equal([1, 1, 3], _published.Select(merge => merge.Merged.Length));
    }

    [Fact]
    public async Task Interleaved_merge()
    {
        // Two families grow at the same time and then meet.
        var (a, b) = (await SeeAsync(1, "d:a1"), await SeeAsync(2, "d:b1"));
        var (a2, b2) = (await SeeAsync(3, "d:a2"), await SeeAsync(4, "d:b2"));
        await SeeAsync(5, "d:a1", "d:a2");
        await SeeAsync(6, "d:b1", "d:b2");
        var (a3, b3) = (await SeeAsync(7, "d:a3"), await SeeAsync(8, "d:b3"));
        await SeeAsync(9, "d:b2", "d:b3");
        await SeeAsync(10, "d:a2", "d:a3");

        Assert.Equal(a, await SeeAsync(11, "d:a3", "d:b3"));

        AssertMerges(a, a2, a3, b, b2, b3);
        Assert.Equal([1, 1, 2, 2, 5], _published.Select(merge => merge.Merged.Length));
    }

    [Fact]
    public async Task Unique_id_conflict()
    {
        var alice = await LogInAsync(1, "alice", "d:phone");
        var bob = await LogInAsync(2, "bob", "d:phone");
        var shared = await SeeAsync(3, "d:phone");

        Assert.Distinct([alice, bob, shared]);
        Assert.Equal(alice, await LogInAsync(4, "alice", "d:phone"));
        Assert.Equal(bob, await LogInAsync(5, "bob", "d:phone"));
        Assert.Equal(shared, await SeeAsync(6, "d:phone"));
        Assert.Empty(_published);
    }

    [Fact]
    public async Task Merge_then_unique_id()
    {
        var (a, b) = (await SeeAsync(1, "d:a"), await SeeAsync(2, "d:b"));
        await SeeAsync(3, "d:a", "d:b");

        Assert.Equal(a, await LogInAsync(4, "alice", "d:a"));
        var bob = await LogInAsync(5, "bob", "d:b");

        Assert.NotEqual(a, bob);
        AssertMerges(a, b);
    }

    [Fact]
    public async Task Shared_id_collision()
    {
        var alice = await LogInAsync(1, "alice", "d:a");
        var bob = await LogInAsync(2, "bob", "n:b");

        var nobody = await SeeAsync(3, "d:a", "n:b");

        Assert.Distinct([alice, bob, nobody]);
        Assert.Equal(nobody, await SeeAsync(4, "d:a", "n:b"));
        Assert.Equal(alice, await SeeAsync(5, "d:a"));
        Assert.Equal(bob, await SeeAsync(6, "n:b"));
    }

    private async Task<SnowplowId> LogInAsync(int minute, string user, params string[] others) =>
        await ResolveAsync(Event(minute, [$"u:{user}", .. others]) with { UniqueValue = user }, isUserUnique: true);

    private async Task<SnowplowId> SeeAsync(int minute, params string[] identifiers) =>
        await ResolveAsync(Event(minute, identifiers), isUserUnique: true);

    private ResolutionRequest Event(int minute, string[] identifiers) => RandomEvents.Event(
        $"e{++_events}", minute, [.. identifiers.Select(identifier => new Identifier(TypeOf(identifier[0]), identifier[2..]))]);

    private static string TypeOf(char letter) => letter switch { 'u' => "user_id", 'd' => "domain_userid", _ => "network_userid" };

    private async Task<SnowplowId> ResolveAsync(ResolutionRequest request, bool isUserUnique)
    {
        var resolver = new IdentityResolver(_store, null, TimeProvider.System);
        var configuration = RandomEvents.Configuration(isUserUnique) with { StoreBudget = TimeSpan.FromMinutes(1) };
        var result = Assert.Single(await resolver.ResolveAsync(configuration, [request], default));
        await resolver.MarkPublishedAsync(result.MergeEvents, default);
        _published.AddRange(result.MergeEvents);
        return result.Id;
    }

    private void AssertMerges(SnowplowId survivor, params SnowplowId[] absorbed)
    {
        var newest = _published.Last(merge => merge.Id == survivor);
        Assert.Equal(absorbed.Order(), newest.Merged.Select(child => child.Id));
    }
}
