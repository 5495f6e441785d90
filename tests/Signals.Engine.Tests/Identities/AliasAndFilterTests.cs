using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 3.2 and 3.3.</summary>
public sealed class AliasAndFilterTests
{
    private const string Types = """
        {"name":"user_id","priority":100,"property":"user_id"},
        {"name":"domain_userid","priority":50,"property":"domain_userid"},
        {"name":"client_session_user_id","priority":50,"property":"client_session_user_id"}
        """;

    private static readonly DateTimeOffset Now = new(2025, 1, 1, 0, 0, 5, TimeSpan.Zero);

    [Fact]
    public void The_link_from_another_domain_is_a_value_of_both_types_behind_the_events_own()
    {
        var request = Read(Aliases(), Line().With("refr_domain_userid", "d0").With("domain_userid", "d1").With("user_id", "alice"));

        Assert.Equal(
            [new Identifier("user_id", "alice"), new("domain_userid", "d1"), new("domain_userid", "d0", IsAlias: true), new("client_session_user_id", "d0", IsAlias: true)],
            request!.Identifiers);
    }

    [Fact]
    public void A_link_to_the_events_own_identifier_is_dropped()
    {
        var request = Read(Aliases(), Line().With("refr_domain_userid", "d1").With("domain_userid", "d1"));

        Assert.Equal([new Identifier("domain_userid", "d1"), new("client_session_user_id", "d1", IsAlias: true)], request!.Identifiers);
    }

    [Fact]
    public void Without_aliases_the_link_counts_for_nothing() =>
        Assert.Null(Read(IdentityConfigurations.With(Types), Line().With("refr_domain_userid", "d0")));

    [Theory]
    [InlineData("2025-01-01 00:30:00.000", true)]
    [InlineData("2025-01-01 00:30:00.001", false)]
    [InlineData("", true)]
    public void A_link_may_be_too_old(string followedAt, bool counts)
    {
        var line = Line().With("refr_domain_userid", "d0").With("refr_dvce_tstamp", "2025-01-01 00:00:00.000").With("dvce_created_tstamp", followedAt);

        Assert.Equal(counts, Read(Aliases(""","alias_max_age_seconds":1800"""), line) is not null);
        Assert.NotNull(Read(Aliases(), line));
    }

    [Theory]
    [InlineData("all", "shop", "web", true)]
    [InlineData("all", "shop", "srv", false)]
    [InlineData("all", "Shop", "web", false)]
    [InlineData("all", "shop", "", false)]
    [InlineData("any", "shop", "srv", true)]
    [InlineData("any", "blog", "web", true)]
    [InlineData("any", "blog", "srv", false)]
    [InlineData("any", "", "", false)]
    public void Filters_combine_and_a_missing_property_fails_both_operators(string logic, string app, string platform, bool passes)
    {
        var configuration = Filtered(logic, """{"property":"app_id","operator":"in","values":["shop","app"]},{"property":"platform","operator":"nin","values":["srv"]}""");

        Assert.Equal(passes, Read(configuration, Line().With("user_id", "alice").With("app_id", app).With("platform", platform)) is not null);
    }

    [Theory]
    [InlineData("""{"kind":"gold"}""", true)]
    [InlineData("""{"kind":"g\u006fld"}""", true)]
    [InlineData("""{"kind":"Gold"}""", false)]
    [InlineData("""{"kind":7}""", true)]
    [InlineData("""{"kind":["gold"]}""", false)]
    [InlineData("""{}""", false)]
    public void Filters_look_into_entities(string entity, bool passes)
    {
        var configuration = Filtered("all",
            """{"property":{"type":"entity","vendor":"com.acme","name":"customer","majorVersion":1,"path":"kind"},"operator":"in","values":["gold","7"]}""");

        Assert.Equal(passes, Read(configuration, Line().With("user_id", "alice").WithEntity("com.acme", "customer", "1-0-0", entity)) is not null);
    }

    private static IdentityConfiguration Aliases(string members = "") => IdentityConfigurations.With(Types, $"\"cross_domain_aliases\":true{members}");

    private static IdentityConfiguration Filtered(string logic, string rules) =>
        IdentityConfigurations.With(Types, $$""" "filters":{"logic":"{{logic}}","rules":[{{rules}}]} """);

    private static EnrichedLineBuilder Line() => new();

    private static ResolutionRequest? Read(IdentityConfiguration configuration, EnrichedLineBuilder line)
    {
        Assert.True(EnrichedEvent.TryRead(line.Build(), new int[AtomicColumns.Count], out var enriched));
        new IdentifierReader(new ExtractionMetrics()).Read(enriched, new IdentifierPlan(configuration), Now, out var request, out _);
        return request;
    }
}
