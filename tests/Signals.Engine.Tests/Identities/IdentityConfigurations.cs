using System.Text;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Configurations for tests, read from their JSON.</summary>
public static class IdentityConfigurations
{
    /// <summary>Appendix A of spec identities.</summary>
    public const string Default = """
        {
          "identifiers": [
            { "name": "user_id", "field": { "type": "atomic", "name": "user_id" }, "unique": true, "priority": 100 },
            { "name": "client_session_user_id", "priority": 60, "ttl_days": 400,
              "field": { "type": "entity", "vendor": "com.snowplowanalytics.snowplow", "name": "client_session", "majorVersion": 1, "path": "$.userId" } },
            { "name": "domain_userid", "field": { "type": "atomic", "name": "domain_userid" }, "priority": 50, "ttl_days": 400 },
            { "name": "network_userid", "field": { "type": "atomic", "name": "network_userid" }, "priority": 20, "ttl_days": 400 }
          ],
          "cross_domain_aliases": true,
          "filters": null,
          "id_strategy": "identifier",
          "limits": { "max_value_length": 1000, "max_merges_per_profile": 500, "max_identifiers_per_profile": 1000,
                      "max_owners_per_identifier": 20, "max_merges_per_identifier_per_hour": 10 },
          "fallback": { "store_budget_ms": 250 }
        }
        """;

    public static IdentityConfiguration Read(string json)
    {
        Assert.True(IdentityConfigurationJson.TryRead(Encoding.UTF8.GetBytes(json), out var configuration, out var errors), string.Join('\n', errors));
        return configuration;
    }

    /// <summary>A configuration with these identifiers, by priority descending; further members behind them.</summary>
    public static IdentityConfiguration With(string identifiers, string members = "") =>
        Read($$"""{"identifiers":[{{identifiers}}]{{(members.Length > 0 ? "," : "")}}{{members}}}""");
}
