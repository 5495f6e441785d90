using System.Text.Json.Nodes;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Harness;

/// <summary>Base of the tests over the shared runtime: names of their own, and the way from an attribute and events to its value.</summary>
[Collection(RuntimeCollection.Name)]
public abstract class RuntimeTests(LocalRuntime runtime)
{
    /// <summary>The API of the running product.</summary>
    protected SignalsClient Client => runtime.Client;

    /// <summary>The running product.</summary>
    protected LocalRuntime Runtime => runtime;

    /// <summary>A name or identifier that no other test uses.</summary>
    protected static string Unique(string prefix) => $"{prefix}_{Guid.NewGuid():N}";

    /// <summary>
    /// Publishes the attribute in a group of its own, sends the events for a user of its own and returns the value of the attribute
    /// (as JSON) once all of them are in. Events get the user and, a second apart, times up to now, unless they have them.
    /// </summary>
    protected async Task<string> FoldAsync(JsonObject attribute, params EventLine[] events) =>
        (await FoldManyAsync([attribute], events))[0];

    /// <summary>As <see cref="FoldAsync"/>, for several attributes of one group.</summary>
    protected async Task<string[]> FoldManyAsync(JsonObject[] attributes, params EventLine[] events)
    {
        var group = Unique("group");
        var user = Unique("user");
        await Client.PutGroupAsync(Group(group, 1, "user_id", attributes));
        foreach (var line in events)
            line["user_id"] = user;
        await Client.SendEventsAsync(events);
        await Client.AwaitProcessedAsync();
        string[] names = [.. attributes.Select(attribute => $"{attribute["name"]}")];
        var read = await Client.ReadGroupAsync(group, 1, "user_id", [user], names);
        return [.. names.Select(name => read[name]![0]?.ToJsonString() ?? "null")];
    }

    /// <summary>Events of the test's own type with one payload each, a second apart, the last one now.</summary>
    protected static EventLine[] Interactions(params JsonObject[] payloads)
    {
        var now = DateTimeOffset.UtcNow;
        return [.. payloads.Select((payload, index) => Interaction(now.AddSeconds(index + 1 - payloads.Length), payload))];
    }

    /// <summary>One event of the test's own type.</summary>
    protected static EventLine Interaction(DateTimeOffset time, JsonObject payload) =>
        new EventLine(time).Payload("com.acme", "interaction", "1-0-0", payload);

    /// <summary>Events whose payload has the one member <c>value</c>.</summary>
    protected static EventLine[] Values(params JsonNode?[] values) => Interactions([.. values.Select(value => new JsonObject { ["value"] = value })]);

    /// <summary>The property <c>value</c> of those events.</summary>
    protected static JsonObject Value(string path = "value") => EventProperty("com.acme", "interaction", path);

    /// <summary>Asserts that the actual JSON has everything that the expected one has; objects may have more members.</summary>
    protected static void AssertHolds(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        switch (expected)
        {
            case JsonObject members:
                Assert.True(actual is JsonObject, $"{path} is no object: {actual?.ToJsonString()}");
                foreach (var (name, value) in members)
                {
                    Assert.True(actual!.AsObject().ContainsKey(name), $"{path}.{name} is missing in {actual.ToJsonString()}");
                    AssertHolds(value, actual[name], $"{path}.{name}");
                }
                break;
            case JsonArray items:
                Assert.True(actual is JsonArray array && array.Count == items.Count, $"{path} differs: {actual?.ToJsonString()}");
                for (var i = 0; i < items.Count; i++)
                    AssertHolds(items[i], actual![i], $"{path}[{i}]");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{path}: expected {expected?.ToJsonString() ?? "null"}, was {actual?.ToJsonString() ?? "null"}");
                break;
        }
    }

    /// <summary>Asserts a validation error of the registry that names the place.</summary>
    protected static void AssertInvalid(Answer answer, params string[] place)
    {
        Assert.True(answer.Status == 422, $"expected 422, was {answer}");
        var errors = answer.Json["detail"]!.AsArray();
        Assert.NotEmpty(errors);
        Assert.All(errors, error =>
        {
            Assert.NotEmpty(error!["loc"]!.AsArray());
            Assert.NotEqual("", error["msg"]!.GetValue<string>());
            Assert.NotEqual("", error["type"]!.GetValue<string>());
        });
        var places = errors.Select(error => string.Join('.', error!["loc"]!.AsArray().Select(item => item!.ToString()))).ToArray();
        Assert.True(place.Length == 0 || places.Contains($"body.{string.Join('.', place)}"), $"no error at {string.Join('.', place)}: {answer.Text}");
    }
}
