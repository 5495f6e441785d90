using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Tutorials;

/// <summary>Snowplow's tutorial "Track and personalize from Python": a custom event, two attributes per user, one service.</summary>
[Collection(RuntimeCollection.Name)]
public sealed class TaskTrackingTutorial(LocalRuntime runtime)
{
    internal const string Group = """
        {"name":"project_engagement","version":1,"owner":"you@example.com",
         "description":"Per-user engagement with the project tool",
         "attribute_key":{"name":"user_id","description":"The user ID for the user.","key":"user_id","is_published":false},
         "attributes":[
          {"name":"tasks_completed_count","type":"int32","aggregation":"counter",
           "events":[{"name":"task_completed","vendor":"com.example","version":"1-0-0"}],"period":"P7D"},
          {"name":"last_completed_task_priority","type":"string","aggregation":"last",
           "events":[{"name":"task_completed","vendor":"com.example","version":"1-0-0"}],
           "property":{"type":"event","vendor":"com.example","name":"task_completed","major_version":1,"path":"priority"},
           "period":"P7D"}],
         "online":true,"offline":false,"is_published":true}
        """;

    private const string Service = """
        {"name":"project_engagement_service","owner":"you@example.com",
         "attribute_groups":[{"name":"project_engagement","version":1}],"is_published":true}
        """;

    [NodeClientsFact]
    [Trait("Row", "56")]
    [Trait("Row", "57")]
    [Trait("Row", "92")]
    [Trait("Row", "98")]
    [Trait("Row", "117")]
    public async Task Tracked_tasks_are_read_back_through_the_service_and_change_live()
    {
        var user = $"user-{Guid.NewGuid():N}";
        await runtime.Client.PutGroupAsync(JsonNode.Parse(Group)!.AsObject());
        await runtime.Client.PutServiceAsync(JsonNode.Parse(Service)!.AsObject());

        await TrackAsync(user, "low", "high", "medium");
        await AwaitCountAsync(user, 3);
        Assert.Equal("medium", (await ReadServiceAsync(user))["last_completed_task_priority"]!.GetValue<string>());

        await TrackAsync(user, "urgent");
        await AwaitCountAsync(user, 4);
        Assert.Equal("urgent", (await ReadServiceAsync(user))["last_completed_task_priority"]!.GetValue<string>());
    }

    [NodeClientsFact]
    [Trait("Row", "53")]
    public async Task A_version_published_while_running_counts_the_very_next_event()
    {
        var user = $"user-{Guid.NewGuid():N}";
        await runtime.Client.PutGroupAsync(JsonNode.Parse(Group)!.AsObject());
        await TrackAsync(user, "low");
        await runtime.Client.AwaitValueAsync("project_engagement", 1, "user_id", user, "tasks_completed_count", "1");

        var next = JsonNode.Parse(Group)!.AsObject();
        next["version"] = 2;
        next["attributes"]!.AsArray().Add(Definitions.Attribute(
            "first_completed_task_priority", "string", "first", Definitions.EventProperty("com.example", "task_completed", "priority")));
        await runtime.Client.PutGroupAsync(next);
        await TrackAsync(user, "high");

        // The new attribute saw the second event only; the unchanged one kept what version 1 had counted.
        await runtime.Client.AwaitValueAsync("project_engagement", 2, "user_id", user, "first_completed_task_priority", "\"high\"");
        await runtime.Client.AwaitValueAsync("project_engagement", 2, "user_id", user, "tasks_completed_count", "2");
    }

    [NodeClientsFact]
    [Trait("Row", "63")]
    public async Task A_user_without_tasks_reads_as_nulls()
    {
        await runtime.Client.PutGroupAsync(JsonNode.Parse(Group)!.AsObject());
        await runtime.Client.PutServiceAsync(JsonNode.Parse(Service)!.AsObject());

        var read = await ReadServiceAsync("nobody");

        Assert.Equal("nobody", read["user_id"]!.GetValue<string>());
        Assert.Null(read["tasks_completed_count"]);
        Assert.Null(read["last_completed_task_priority"]);
    }

    [NodeClientsFact]
    [Trait("Row", "6")]
    public async Task The_client_is_told_when_its_token_is_refused()
    {
        var read = await ReadAsync("getServiceAttributes", Request("somebody"), token: "not-the-sandbox-token");

        Assert.Contains("401", read["error"]!.GetValue<string>());
    }

    private async Task TrackAsync(string user, params string[] priorities)
    {
        var input = new JsonObject
        {
            ["collector"] = runtime.Address,
            ["appId"] = "project-tool",
            ["userId"] = user,
            ["events"] = new JsonArray([.. priorities.Select(priority => new JsonObject
            {
                ["schema"] = "iglu:com.example/task_completed/jsonschema/1-0-0",
                ["data"] = new JsonObject { ["task_id"] = Guid.NewGuid().ToString(), ["priority"] = priority },
            })]),
        };
        var result = await NpmProject.Clients.RunAsync("track.mjs", input);
        Assert.Equal(priorities.Length, result["sent"]!.GetValue<int>());
    }

    private Task<JsonNode> AwaitCountAsync(string user, int count) => Eventually.ReadAsync(
        () => ReadServiceAsync(user), read => read["tasks_completed_count"]?.GetValue<int>() == count, $"{count} completed tasks of {user}");

    private Task<JsonNode> ReadServiceAsync(string user) => ReadAsync("getServiceAttributes", Request(user));

    private Task<JsonNode> ReadAsync(string method, JsonObject request, string token = LocalRuntime.Token) =>
        NpmProject.Clients.RunAsync("read.mjs", new JsonObject
        {
            ["baseUrl"] = runtime.Address,
            ["token"] = token,
            ["method"] = method,
            ["request"] = request,
        });

    private static JsonObject Request(string user) =>
        new() { ["name"] = "project_engagement_service", ["attribute_key"] = "user_id", ["identifier"] = user };
}
