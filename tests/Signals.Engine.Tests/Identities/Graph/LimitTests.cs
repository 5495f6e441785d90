using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 14: guards against over-merging, on both ways to write.</summary>
public abstract class LimitTests
{
    private readonly ManualTime _time = new();
    private int _events;

    protected MemoryIdentityStore Memory { get; } = new();

    protected abstract IIdentityStore Store { get; }

    [Fact]
    public async Task Person_with_as_many_identifiers_as_allowed_gets_no_more()
    {
        var limits = IdentityLimits.Off with { IdentifiersPerProfile = 3 };
        var person = await ResolveAsync(limits, "u:1", "d:1", "n:1");

        var result = await ResolveAsync(limits, "u:1", "d:2");

        Assert.Equal(person.Id, result.Id);
        Assert.Equal(ResolutionReasons.IdentifierLimitExceeded, result.Reasons);
        Assert.Empty((await GraphDump.OfAsync(Memory)).RootsOf("domain_userid", "2"));
    }

    [Fact]
    public async Task Identifiers_of_merged_profiles_count()
    {
        var limits = IdentityLimits.Off with { IdentifiersPerProfile = 5 };
        await ResolveAsync(limits, "u:1", "d:1");
        await ResolveAsync(limits, "d:2", "n:2");
        Assert.Equal(ResolutionOutcome.Merged, (await ResolveAsync(limits, "u:1", "d:2")).Outcome);

        Assert.Equal(ResolutionReasons.None, (await ResolveAsync(limits, "u:1", "d:3")).Reasons);
        Assert.Equal(ResolutionReasons.IdentifierLimitExceeded, (await ResolveAsync(limits, "u:1", "d:4")).Reasons);
    }

    [Fact]
    public async Task Value_that_causes_too_many_merges_in_an_hour_is_set_aside_for_a_day()
    {
        var limits = IdentityLimits.Off with { MergesPerIdentifierPerHour = 2 };
        await ResolveAsync(limits, "u:shared");
        for (var other = 1; other <= 3; other++)
        {
            await ResolveAsync(limits, $"d:{other}");
            Assert.Equal(ResolutionOutcome.Merged, (await ResolveAsync(limits, "u:shared", $"d:{other}")).Outcome);
        }

        var beside = await ResolveAsync(limits, "u:shared", "d:4");
        Assert.Equal((ResolutionOutcome.New, ResolutionReasons.QuarantinedIdentifier), (beside.Outcome, beside.Reasons));
        Assert.Equal(ResolutionOutcome.None, (await ResolveAsync(limits, "u:shared")).Outcome);

        _time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(ResolutionOutcome.Merged, (await ResolveAsync(limits, "u:shared", "d:4")).Outcome);
    }

    [Fact]
    public async Task Merges_of_earlier_hours_do_not_count()
    {
        var limits = IdentityLimits.Off with { MergesPerIdentifierPerHour = 1 };
        await ResolveAsync(limits, "u:shared");
        for (var other = 1; other <= 4; other++)
        {
            await ResolveAsync(limits, $"d:{other}");
            Assert.Equal(ResolutionOutcome.Merged, (await ResolveAsync(limits, "u:shared", $"d:{other}")).Outcome);
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task Hub_is_reported_and_stays_with_its_owners()
    {
        var limits = IdentityLimits.Off with { OwnersPerIdentifier = 2 };
        await LogInAsync(limits, "u:1", "d:kiosk");
        await LogInAsync(limits, "u:2", "d:kiosk");

        var third = await LogInAsync(limits, "u:3", "d:kiosk");

        Assert.Equal((ResolutionOutcome.New, true), (third.Outcome, third.Reasons.HasFlag(ResolutionReasons.HubIdentifier)));
        Assert.Equal(2, (await GraphDump.OfAsync(Memory)).RootsOf("domain_userid", "kiosk").Count);
        Assert.Equal(third.Id, (await LogInAsync(limits, "u:3", "d:kiosk")).Id);
    }

    [Fact]
    public async Task Known_user_keeps_the_id_at_the_limit_of_identifiers()
    {
        var limits = IdentityLimits.Off with { IdentifiersPerProfile = 2 };
        var device = await ResolveAsync(limits, "d:1", "n:1");

        var login = await LogInAsync(limits, "u:1", "d:1");

        Assert.Equal(device.Id, login.Id);
        Assert.Equal(device.Id, (await LogInAsync(limits, "u:1")).Id);
    }

    private Task<ResolutionResult> LogInAsync(IdentityLimits limits, params string[] identifiers) =>
        ResolveAsync(limits, identifiers, isUserUnique: true);

    private Task<ResolutionResult> ResolveAsync(IdentityLimits limits, params string[] identifiers) =>
        ResolveAsync(limits, identifiers, isUserUnique: false);

    private async Task<ResolutionResult> ResolveAsync(IdentityLimits limits, string[] identifiers, bool isUserUnique)
    {
        var configuration = RandomEvents.Configuration(isUserUnique) with { Limits = limits, StoreBudget = TimeSpan.FromMinutes(1) };
        var request = RandomEvents.Event($"e{++_events}", _events, [.. identifiers.Select(Parse)]);
        if (isUserUnique)
            request = request with { UniqueValue = request.Identifiers[0].Value };
        return Assert.Single(await new IdentityResolver(Store, null, _time).ResolveAsync(configuration, [request], default));
    }

    private static Identifier Parse(string text) =>
        new(text[0] switch { 'u' => "user_id", 'd' => "domain_userid", _ => "network_userid" }, text[2..]);
}

public sealed class AtomicLimitTests : LimitTests
{
    protected override IIdentityStore Store => Memory;
}

public sealed class ProtocolLimitTests : LimitTests
{
    protected override IIdentityStore Store => new SwitchedStore(Memory);
}
