using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using Signals.Acceptance.Tutorials;

namespace Signals.Acceptance.Interventions;

/// <summary>The rule of Snowplow's tutorial "Track and personalize from Python": fires when a user completes the fifth task.</summary>
public sealed class PowerUserNudgeTests(LocalRuntime runtime) : InterventionTests(runtime)
{
    private const string Rule = """
        {"name":"power_user_nudge","version":1,"owner":"you@example.com","is_published":true,
         "description":"Fire when a user completes 5 or more tasks in the period",
         "criteria":{"any":[{"attribute":"project_engagement:tasks_completed_count","operator":">=","value":5}]},
         "target_attribute_keys":[{"name":"user_id"}]}
        """;

    [NodeClientsFact]
    [Trait("Row", "40")]
    [Trait("Row", "76")]
    [Trait("Row", "77")]
    public async Task The_fifth_completed_task_fires_it_and_no_later_one()
    {
        await Client.PutGroupAsync(JsonNode.Parse(TaskTrackingTutorial.Group)!.AsObject());
        await Client.PutInterventionAsync(JsonNode.Parse(Rule)!.AsObject());
        var user = $"{Guid.NewGuid()}";
        await using var stream = await SubscribeAsync($"user_id={user}");

        await TrackTasksAsync(user, 4);
        Assert.Empty(await ReceivedAsync(stream));

        await TrackTasksAsync(user, 1);
        var nudge = Assert.Single(await ReceivedAsync(stream));
        Assert.Equal($"user_id={user}", nudge.Target);
        Assert.True(Guid.TryParseExact(nudge.Id, "D", out _));
        AssertHolds(JsonNode.Parse("""{"name":"power_user_nudge","version":1,"attributes":{}}"""), nudge.Payload);

        await TrackTasksAsync(user, 7);
        Assert.Empty(await ReceivedAsync(stream));
    }

    private async Task TrackTasksAsync(string user, int count)
    {
        var result = await NpmProject.Clients.RunAsync("track.mjs", new JsonObject
        {
            ["collector"] = Runtime.Address,
            ["appId"] = "project-tool",
            ["userId"] = user,
            ["events"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => new JsonObject
            {
                ["schema"] = "iglu:com.example/task_completed/jsonschema/1-0-0",
                ["data"] = new JsonObject { ["task_id"] = $"{Guid.NewGuid()}", ["priority"] = "high" },
            })]),
        });
        Assert.Equal(count, result["sent"]!.GetValue<int>());
    }
}
