using System.Globalization;
using Signals.CosmosEmulator;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Identities;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Harness;
using Xunit.Abstractions;

namespace Signals.Storage.Tests.Cosmos;

/// <summary>
/// What an event costs that has to do with the identity graph (spec identities, 11.7), with the consistency that <c>infra/</c> sets. The
/// output of each test is a line of <c>tests/Signals.Benchmarks/results/identity-cost.md</c>.
/// </summary>
public sealed class CosmosIdentityCostTests(ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly Identifier Device = new("domain_userid", "7f3a2c10-5b1d-4e7e-9d2c-000000000001");
    private static readonly Identifier Browser = new("network_userid", "7f3a2c10-5b1d-4e7e-9d2c-000000000002");
    private static readonly Identifier User = new("user_id", "ann@example.com");

    private readonly TemporaryCosmos _cosmos = new(consistency: "BoundedStaleness");
    private readonly IdentityConfiguration _configuration = RandomEvents.Configuration(isUserUnique: true) with { StoreBudget = TimeSpan.FromMinutes(1) };
    private IdentityResolver _resolver = null!;
    private int _events;

    public async Task InitializeAsync()
    {
        await _cosmos.CreateAsync();
        _resolver = new IdentityResolver(new CosmosIdentityStore(_cosmos.First, TimeProvider.System), null, TimeProvider.System);
    }

    public async Task DisposeAsync() => await _cosmos.DisposeAsync();

    [Fact]
    public async Task Known_event_of_two_identifiers_reads_both_and_their_root_and_writes_nothing()
    {
        await ResolveAsync(Device, Browser);

        await MeasureAsync("known, two identifiers", reads: 3, writes: 0, Device, Browser);
    }

    [Fact]
    public async Task Known_events_of_one_person_in_one_batch_cost_as_much_as_one()
    {
        await ResolveAsync(Device, Browser);
        _cosmos.Emulator.Meter.Reset();

        await _resolver.ResolveAsync(_configuration, [.. Enumerable.Range(0, 20).Select(_ => Event(Device, Browser))], default);

        Check("20 known events of one person in a batch", reads: 3, writes: 0);
    }

    [Fact]
    public Task New_visitor_of_one_identifier_is_written_with_it() =>
        MeasureAsync("new visitor, one identifier", reads: 4, writes: 2, Device);

    [Fact]
    public Task New_visitor_of_two_identifiers_is_written_with_them() =>
        MeasureAsync("new visitor, two identifiers", reads: 5, writes: 3, Device, Browser);

    [Fact]
    public async Task Link_writes_the_identifier_and_counts_it_at_the_root()
    {
        await ResolveAsync(Device);

        await MeasureAsync("link of a second identifier", reads: 5, writes: 2, Device, Browser);
    }

    [Fact]
    public async Task Login_links_the_user_and_makes_him_the_owner()
    {
        await ResolveAsync(Device);

        await MeasureAsync("login of a known visitor: link, owner", reads: 5, writes: 3, User, Device);
    }

    [Fact]
    public async Task Merge_of_two_writes_both_roots_and_links_nothing()
    {
        await ResolveAsync(Device);
        await ResolveAsync(Browser);

        await MeasureAsync("merge of two", reads: 7, writes: 3, Device, Browser);
    }

    [Fact]
    public async Task Login_that_merges_writes_the_owner_first()
    {
        await ResolveAsync(Device);
        await ResolveAsync(User);

        await MeasureAsync("merge of two by a login", reads: 7, writes: 4, User, Device);
    }

    [Fact]
    public async Task Merge_that_hands_an_owner_over_takes_steps_of_its_own()
    {
        await ResolveAsync(Device);
        await ResolveAsync(User, Browser);

        await MeasureAsync("merge of two, handing an owner over", reads: 11, writes: 5, Device, Browser);
    }

    private async Task MeasureAsync(string what, int reads, int writes, params Identifier[] identifiers)
    {
        _cosmos.Emulator.Meter.Reset();
        await ResolveAsync(identifiers);
        Check(what, reads, writes);
    }

    private void Check(string what, int reads, int writes)
    {
        var counts = _cosmos.Emulator.Meter.Read().Where(count => count.Container.StartsWith("ident", StringComparison.Ordinal)).ToList();
        var read = counts.Where(count => count.Operation == CosmosOperation.ReadItem).Sum(count => count.Requests);
        var units = counts.Sum(count => count.RequestUnits);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {read} | {counts.Sum(count => count.Requests) - read} | {units:N1} |"));
        Assert.Equal((reads, writes), (read, counts.Sum(count => count.Requests) - read));
    }

    private async Task ResolveAsync(params Identifier[] identifiers) => await _resolver.ResolveAsync(_configuration, [Event(identifiers)], default);

    private ResolutionRequest Event(params Identifier[] identifiers)
    {
        var request = RandomEvents.Event($"7c1bd1a4-5d2e-4b3e-9a0c-{_events:x12}", _events++, identifiers);
        return identifiers[0].Type == "user_id" ? request with { UniqueValue = identifiers[0].Value } : request;
    }
}
