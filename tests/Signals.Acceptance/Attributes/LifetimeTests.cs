using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Attributes;

/// <summary>Windows, lifetimes and repeats (spec signals-api 14.1, 14.7).</summary>
public sealed class LifetimeTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    [Fact]
    [Trait("Row", "106")]
    public async Task A_window_leaves_out_what_is_older_than_its_period()
    {
        var now = DateTimeOffset.UtcNow;

        Assert.Equal("2", await FoldAsync(
            Attribute("recent", "int32", "counter").With("period", "PT1H"),
            new EventLine(now.AddMinutes(-90)), new EventLine(now.AddMinutes(-59)), new EventLine(now.AddSeconds(-1))));
    }

    [Fact]
    [Trait("Row", "106")]
    public async Task A_window_slides_while_nothing_happens()
    {
        var group = Unique("sliding");
        var user = Unique("user");
        await Client.PutGroupAsync(Group(group, 1, "user_id",
            Attribute("recent", "int32", "counter").With("period", "PT1H"), Attribute("ever", "int32", "counter")));
        await Client.SendEventsAsync(
            new EventLine(DateTimeOffset.UtcNow.AddHours(-1).AddSeconds(3)).With("user_id", user), new EventLine().With("user_id", user));
        await Client.AwaitValueAsync(group, 1, "user_id", user, "ever", "2");

        await Client.AwaitValueAsync(group, 1, "user_id", user, "recent", "1");
        await Client.AwaitValueAsync(group, 1, "user_id", user, "ever", "2");
    }

    [Fact]
    [Trait("Row", "107")]
    public async Task A_value_past_its_time_to_live_reads_as_never_set()
    {
        var group = Unique("expiring");
        var user = Unique("user");
        // Equal definitions share one stored value and the longest lifetime, so this one must be like no other.
        var unlikeOthers = All(Criterion(Atomic("app_id"), "!=", group));
        await Client.PutGroupAsync(Group(group, 1, "user_id",
            Attribute("short", "int32", "counter", criteria: unlikeOthers).With("ttl", "PT2S"), Attribute("long", "int32", "counter").With("ttl", "P1D")));
        await Client.SendEventsAsync(new EventLine().With("user_id", user));
        await Client.AwaitValueAsync(group, 1, "user_id", user, "long", "1");

        await Client.AwaitValueAsync(group, 1, "user_id", user, "short", "null");
        await Client.AwaitValueAsync(group, 1, "user_id", user, "long", "1");
    }

    [Fact]
    [Trait("Row", "107")]
    [Trait("Row", "49")]
    public async Task The_time_to_live_comes_from_attribute_then_group_then_key_then_seven_days()
    {
        var key = Unique("key");
        await Client.PutKeyAsync(new JsonObject { ["name"] = key, ["property"] = Atomic("page_title"), ["ttl"] = "P2D", ["is_published"] = true });
        var names = new[] { Unique("own"), Unique("grouped"), Unique("keyed"), Unique("default") };
        // Attributes must differ in their definition: equal ones share one stored value, and the longest lifetime wins.
        JsonObject Counting(string column) => Attribute("n", "int32", "counter", criteria: All(Criterion(Atomic(column), "is not null")));
        await Client.PutGroupAsync(Group(names[0], 1, key, Counting("page_url").With("ttl", "PT1H")).With("ttl", "P1D"));
        await Client.PutGroupAsync(Group(names[1], 1, key, Counting("page_referrer")).With("ttl", "P1D"));
        await Client.PutGroupAsync(Group(names[2], 1, key, Counting("page_urlhost")));
        await Client.PutGroupAsync(Group(names[3], 1, "network_userid", Counting("page_urlpath")));

        var stream = await Client.GetAsync("/api/v1/engines/stream_attributes");
        var lifetimes = names.Select(name => stream["attributes"]!.AsArray()
            .Single(entry => entry!["source_groups"]!.AsArray().Any(source => $"{source!["name"]}" == name))!["ttl"]!.GetValue<long>());

        Assert.Equal([3600L, 86400L, 2 * 86400L, 7 * 86400L], lifetimes);
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task An_event_that_arrives_twice_counts_once()
    {
        var group = Unique("repeats");
        var user = Unique("user");
        await Client.PutGroupAsync(Group(group, 1, "user_id", Attribute("seen", "int32", "counter")));
        var repeated = new EventLine().With("user_id", user);

        await Client.SendEventsAsync(repeated, repeated);
        await Client.SendEventsAsync(repeated, new EventLine().With("user_id", user), repeated);
        await Client.AwaitProcessedAsync();

        Assert.Equal("[2]", (await Client.ReadGroupAsync(group, 1, "user_id", [user], "seen"))["seen"]!.ToJsonString());
    }

    [Fact]
    [Trait("Row", "111")]
    public async Task Events_in_any_order_give_the_same_answer()
    {
        JsonObject[] Definitions() =>
        [
            Attribute("count", "int32", "counter"), Attribute("sum", "double", "sum", Value()),
            Attribute("first", "string", "first", Value()), Attribute("last", "string", "last", Value()),
            Attribute("list", "string_list", "unique_list", Value()), Attribute("window", "int32", "counter").With("period", "PT1H"),
            Attribute("most", "string", "most_frequent", Value()),
        ];
        EventLine[] Events() => Values([.. Enumerable.Range(0, 60).Select(i => (JsonNode?)JsonValue.Create(i * i % 23))]);
        var shuffled = Events();
        new Random(7).Shuffle(shuffled);

        Assert.Equal(await FoldManyAsync(Definitions(), Events()), await FoldManyAsync(Definitions(), shuffled));
    }
}
