using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 8: identifiers that a caller names.</summary>
public sealed class GivenIdentifiersTests
{
    private readonly ExtractionMetrics _metrics = new();

    [Fact]
    public void Named_values_are_ranked_and_cleaned_like_those_of_events()
    {
        var plan = new IdentifierPlan(IdentityConfigurations.Read(IdentityConfigurations.Default));
        var request = new GivenIdentifiers(_metrics).ToRequest(
            plan,
            new Dictionary<string, string> { ["refr_domain_userid"] = "d0", ["network_userid"] = "null", ["domain_userid"] = "d1", ["user_id"] = " alice ", ["other"] = "x" },
            "e1", new EventTime(1), "shop");

        Assert.Equal(
            [new Identifier("user_id", "alice"), new("client_session_user_id", "d0", IsAlias: true), new("domain_userid", "d1"), new("domain_userid", "d0", IsAlias: true)],
            request!.Identifiers);
        Assert.Equal(("e1", new EventTime(1), "shop", "alice"), (request.EventId, request.Time, request.AppId, request.UniqueValue));
        Assert.Equal(new("network_userid", DropReason.Blocked, 1), _metrics.Dropped.Single());
    }

    [Fact]
    public void Values_that_identify_nobody_ask_for_nothing()
    {
        var plan = new IdentifierPlan(IdentityConfigurations.Read(IdentityConfigurations.Default));

        Assert.Null(new GivenIdentifiers(_metrics).ToRequest(plan, new Dictionary<string, string> { ["user_id"] = "undefined" }, "e1", default));
        Assert.Null(new GivenIdentifiers(_metrics).ToRequest(plan, new Dictionary<string, string>(), "e1", default));
    }
}
