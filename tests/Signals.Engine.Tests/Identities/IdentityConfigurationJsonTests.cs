using System.Text;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, sections 3 and 4 and appendix A.</summary>
public sealed class IdentityConfigurationJsonTests
{
    [Fact]
    public void The_default_configuration_of_the_specification_is_read()
    {
        var configuration = IdentityConfigurations.Read(IdentityConfigurations.Default);

        Assert.Equal(["user_id", "client_session_user_id", "domain_userid", "network_userid"], configuration.Identifiers.Select(type => type.Name));
        Assert.Equal([100, 60, 50, 20], configuration.Identifiers.Select(type => type.Priority));
        Assert.Equal([null, 400, 400, 400], configuration.Identifiers.Select(type => type.TtlDays));
        Assert.Equal("user_id", configuration.Identifiers.Single(type => type.IsUnique).Name);
        var entity = Assert.IsType<EntityReference>(configuration.Identifiers[1].Field);
        Assert.Equal(new SchemaSelector("com.snowplowanalytics.snowplow", "client_session", 1), entity.Schema);
        Assert.True(configuration.CrossDomainAliases);
        Assert.Null(configuration.Filters);
        Assert.Equal(new IdentityLimits(), configuration.Limits);
        Assert.Equal(TimeSpan.FromMilliseconds(250), configuration.StoreBudget);
    }

    [Fact]
    public void Written_configuration_reads_as_the_same()
    {
        var configuration = IdentityConfigurations.Read("""
            {
              "identifiers": [
                { "name": "email", "priority": -5, "normalise": "lowercase", "default_blocked_values": false, "ttl_days": 7,
                  "field": { "type": "event", "vendor": "com.acme", "name": "login", "majorVersion": 2, "path": "$.users[1].e-mail" } },
                { "name": "device", "priority": 1, "unique": true,
                  "field": { "type": "entity", "vendor": "com.acme", "name": "device", "major_version": 1, "path": "$[0]", "index": 3 } },
                { "name": "domain_userid", "priority": 0, "property": "domain_userid" }
              ],
              "cross_domain_aliases": true, "alias_max_age_seconds": 1800,
              "filters": { "logic": "any", "rules": [{ "property": "app_id", "operator": "nin", "values": ["a\tb", "ü"] }] },
              "blocked_values": ["abc", "x y"], "accept_integers": true, "include_derived_contexts": true,
              "id_strategy": "random", "id_secret": "0123456789abcdef", "write_decisions": true,
              "limits": { "max_identifiers_per_event": 0, "max_value_length": 5, "max_owners_per_identifier": 1 },
              "fallback": { "store_budget_ms": 1 }
            }
            """);

        var json = IdentityConfigurationJson.ToJson(configuration);

        Assert.Equal(json, IdentityConfigurationJson.ToJson(IdentityConfigurations.Read(json)));
        Assert.Contains("\"$.users[1].e-mail\"", json, StringComparison.Ordinal);
        Assert.Contains("0123456789abcdef", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user_id")]
    [InlineData("page_url")]
    [InlineData("client_session_user_id")]
    [InlineData("apple_idfv")]
    public void A_property_may_be_named_in_short(string property) =>
        Assert.Single(IdentityConfigurations.With($$"""{"name":"one","priority":1,"property":"{{property}}"}""").Identifiers);

    [Theory]
    [InlineData("""{"identifiers":[{"priority":1,"property":"user_id"}]}""", "body.identifiers.0.name")]
    [InlineData("""{"identifiers":[{"name":"a-b","priority":1,"property":"user_id"}]}""", "body.identifiers.0.name")]
    [InlineData("""{"identifiers":[{"name":"a","property":"user_id"}]}""", "body.identifiers.0.priority")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1.5,"property":"user_id"}]}""", "body.identifiers.0.priority")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1}]}""", "body.identifiers.0.field")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"no_column"}]}""", "body.identifiers.0.property")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"contexts"}]}""", "body.identifiers.0.field")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"field":{"type":"atomic","name":"nope"}}]}""", "body.identifiers.0.field.name")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"field":{"type":"entity","vendor":"v","name":"n","majorVersion":1,"path":"$.a[*]"}}]}""", "body.identifiers.0.field.path")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"field":{"type":"entity","vendor":"v","name":"n","path":"$.a"}}]}""", "body.identifiers.0.field.majorVersion")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id","ttl_days":6}]}""", "body.identifiers.0.ttl_days")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id","ttl_days":36501}]}""", "body.identifiers.0.ttl_days")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id","normalise":"upper"}]}""", "body.identifiers.0.normalise")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id"},{"name":"a","priority":1,"property":"domain_userid"}]}""", "body.identifiers.1.name")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id"},{"name":"b","priority":1,"property":"user_id"}]}""", "body.identifiers.1.field")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id","unique":true},{"name":"b","priority":1,"property":"domain_userid","unique":true}]}""", "body.identifiers.1.unique")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id"}],"cross_domain_aliases":true}""", "body.cross_domain_aliases")]
    [InlineData("""{"identifiers":[{"name":"domain_userid","priority":1,"property":"domain_userid","unique":true}],"cross_domain_aliases":true}""", "body.cross_domain_aliases")]
    [InlineData("""{"identifiers":[],"filters":{"rules":[{"property":"app_id","operator":"in","values":["a"]}]}}""", "body.filters.logic")]
    [InlineData("""{"identifiers":[],"filters":{"logic":"all","rules":[]}}""", "body.filters.rules")]
    [InlineData("""{"identifiers":[],"filters":{"logic":"all","rules":[{"property":"app_id","operator":"=","values":["a"]}]}}""", "body.filters.rules.0.operator")]
    [InlineData("""{"identifiers":[],"filters":{"logic":"all","rules":[{"property":"app_id","operator":"in"}]}}""", "body.filters.rules.0.values")]
    [InlineData("""{"identifiers":[],"filters":{"logic":"all","rules":[{"property":"app_id","operator":"in","values":["a",1]}]}}""", "body.filters.rules.0.values.1")]
    [InlineData("""{"identifiers":[],"filters":{"logic":"all","rules":[{"property":"contexts","operator":"in","values":["a"]}]}}""", "body.filters.rules.0.property")]
    [InlineData("""{"identifiers":[],"blocked_values":[""]}""", "body.blocked_values.0")]
    [InlineData("""{"identifiers":[],"id_strategy":"serial"}""", "body.id_strategy")]
    [InlineData("""{"identifiers":[],"id_secret":"short"}""", "body.id_secret")]
    [InlineData("""{"identifiers":[],"limits":{"max_value_length":5000}}""", "body.limits.max_value_length")]
    [InlineData("""{"identifiers":[],"limits":{"max_merges_per_profile":-1}}""", "body.limits.max_merges_per_profile")]
    [InlineData("""{"identifiers":[],"fallback":{"store_budget_ms":0}}""", "body.fallback.store_budget_ms")]
    [InlineData("""{"identifiers":[],"cross_domain_alias":true}""", "body.cross_domain_alias")]
    [InlineData("""{"identifiers":[{"name":"a","priority":1,"property":"user_id","uniqe":true}]}""", "body.identifiers.0.uniqe")]
    [InlineData("""{"identifiers":[],"limits":{"max_merges":1}}""", "body.limits.max_merges")]
    [InlineData("""{"identifiers":[],"fallback":{"budget":null}}""", "body.fallback.budget")]
    [InlineData("""{}""", "body.identifiers")]
    [InlineData("""[]""", "body")]
    [InlineData("""{"identifiers":""", "body.15")]
    public void Wrong_member_is_named(string json, string place)
    {
        Assert.False(IdentityConfigurationJson.TryRead(Encoding.UTF8.GetBytes(json), out _, out var errors));
        Assert.Equal([place], errors.Select(error => string.Join('.', error.Loc)));
    }

    [Fact]
    public void More_than_twenty_identifiers_are_refused()
    {
        var json = $$"""{"identifiers":[{{string.Join(',', Enumerable.Range(0, 21).Select(i => $$"""{"name":"n{{i}}","priority":1,"property":"user_id"}"""))}}]}""";

        Assert.False(IdentityConfigurationJson.TryRead(Encoding.UTF8.GetBytes(json), out _, out var errors));
        Assert.Equal(["body", "identifiers"], errors.Single().Loc);
    }

    [Fact]
    public void A_unique_identifier_that_does_not_lead_is_warned_about()
    {
        const string user = """{"name":"user_id","priority":1,"property":"user_id","unique":true}""";

        Assert.Empty(IdentityConfigurationJson.WarningsAbout(IdentityConfigurations.With(user)));
        Assert.Empty(IdentityConfigurationJson.WarningsAbout(IdentityConfigurations.With(user + """,{"name":"d","priority":0,"property":"domain_userid"}""")));
        Assert.Contains("'user_id'", Assert.Single(IdentityConfigurationJson.WarningsAbout(IdentityConfigurations.With(user + """,{"name":"d","priority":2,"property":"domain_userid"}"""))));
        Assert.Contains("'user_id'", Assert.Single(IdentityConfigurationJson.WarningsAbout(IdentityConfigurations.With(user + """,{"name":"d","priority":1,"property":"domain_userid"}"""))));
    }

    [Theory]
    [InlineData("\"domain_sessionid\"")]
    [InlineData("\"event_id\"")]
    [InlineData("\"collector_tstamp\"")]
    [InlineData("""{"type":"entity","vendor":"com.snowplowanalytics.snowplow","name":"web_page","majorVersion":1,"path":"$.id"}""")]
    [InlineData("""{"type":"entity","vendor":"com.snowplowanalytics.snowplow","name":"client_session","majorVersion":1,"path":"sessionId"}""")]
    public void A_field_that_is_new_with_every_session_or_event_is_warned_about(string field) =>
        Assert.Contains("'short'", Assert.Single(IdentityConfigurationJson.WarningsAbout(IdentityConfigurations.With($$"""{"name":"short","priority":1,"field":{{field}}}"""))));

    [Fact]
    public void Hostile_bodies_are_refused_without_an_exception()
    {
        string[] bodies =
        [
            $$"""{"identifiers":[{{string.Join(',', Enumerable.Repeat("1", 100_000))}}]}""",
            """{"identifiers":[{"name":"a","priority":1e999,"property":"user_id"}]}""",
            """{"identifiers":[{"name":{},"priority":[],"field":[],"unique":"yes","ttl_days":{}}],"filters":1,"limits":[],"fallback":"x","blocked_values":{}}""",
            """{"identifiers":[{"name":"a","priority":1,"field":{"type":"entity","vendor":"v","name":"n","majorVersion":1,"path":"LONG"}}]}""".Replace("LONG", new string('a', 2000), StringComparison.Ordinal),
            $$"""{"identifiers":[],"blocked_values":["{{new string('a', 1001)}}"]}""",
        ];
        foreach (var body in bodies)
        {
            Assert.False(IdentityConfigurationJson.TryRead(Encoding.UTF8.GetBytes(body), out _, out var errors));
            Assert.NotEmpty(errors);
            Assert.True(errors.Count <= FieldErrors.MaxKept);
        }
    }
}
