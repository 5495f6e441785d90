using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Identities;

/// <summary>What tests of identities configure and ask.</summary>
internal static class Persons
{
    public const string Group = "person";

    /// <summary>Two identifiers, the user id unique, and links across domains; and a group that counts page views per person.</summary>
    public static async Task ConfigureIdentitiesAsync(this SignalsClient client)
    {
        var configuration = new JsonObject
        {
            ["identifiers"] = new JsonArray(
                Identifier("user_id", 100).With("unique", true),
                Identifier("domain_userid", 50)),
            ["cross_domain_aliases"] = true,
        };
        var answer = await client.SendAsync(HttpMethod.Put, "/api/v1/identities/configuration", configuration);
        Assert.True(answer.Status == 200, $"{answer}");
        await client.PutGroupAsync(Definitions.Group(Group, 1, "snowplow_id",
            Attribute("views", "int32", "counter").With("events", new JsonArray(Event(Snowplow, "page_view", "1-0-0"))),
            Attribute("pages", "string_list", "unique_list", Atomic("page_urlpath"))));
    }

    /// <summary>The one Snowplow ID of an identifier; null when it is not known.</summary>
    public static async Task<string?> PersonOfAsync(this SignalsClient client, string type, string value)
    {
        var body = new JsonObject { ["identifiers"] = new JsonArray(new JsonObject { ["type"] = type, ["value"] = value }) };
        var found = (await client.PostAsync("/api/v1/identities/lookup", body))["identifiers"]![0]!;
        return found["found"]!.GetValue<bool>() ? $"{Assert.Single(found["snowplow_ids"]!.AsArray())}" : null;
    }

    /// <summary>The page views of a person.</summary>
    public static async Task<string> ViewsOfAsync(this SignalsClient client, string snowplowId) =>
        (await client.ReadGroupAsync(Group, 1, "snowplow_id", [snowplowId], "views"))["views"]![0]?.ToJsonString() ?? "null";

    public static Task AwaitViewsAsync(this SignalsClient client, string snowplowId, int views) =>
        client.AwaitValueAsync(Group, 1, "snowplow_id", snowplowId, "views", $"{views}");

    private static JsonObject Identifier(string column, int priority) => new() { ["name"] = column, ["field"] = Atomic(column), ["priority"] = priority };
}
