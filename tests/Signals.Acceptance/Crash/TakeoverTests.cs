using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Crash;

/// <summary>Two processes on one data folder: both serve, one runs the streaming engine, and the other takes over when it is gone.</summary>
public sealed class TakeoverTests
{
    private const string Group = "shared";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Second_process_takes_over_when_the_first_is_gone(bool crash)
    {
        await using var first = await LocalRuntime.StartAsync();
        await using var second = await first.StartBesideAsync();
        await first.Client.PutGroupAsync(Definitions.Group(Group, 1, "user_id", Attribute("seen", "int32", "counter")));
        await AwaitKnownAsync(second);
        await first.Client.SendEventsAsync(new EventLine().With("user_id", "anna"));
        await AwaitSeenAsync(second, "1");

        await (crash ? first.CrashAsync() : first.StopAsync());
        await second.Client.SendEventsAsync(new EventLine().With("user_id", "anna"));

        await AwaitSeenAsync(second, "2");
    }

    [Fact]
    public async Task Definitions_published_in_one_process_are_in_force_in_the_other()
    {
        await using var first = await LocalRuntime.StartAsync();
        await using var second = await first.StartBesideAsync();

        await second.Client.PutGroupAsync(Definitions.Group(Group, 1, "user_id", Attribute("seen", "int32", "counter")));
        await AwaitKnownAsync(first);
        await second.Client.SendEventsAsync(new EventLine().With("user_id", "anna"));

        await AwaitSeenAsync(first, "1");
        await AwaitSeenAsync(second, "1");
    }

    private static Task AwaitKnownAsync(LocalRuntime runtime) => Eventually.ReadAsync(
        async () => (await runtime.Client.SendAsync(HttpMethod.Get, $"/api/v1/registry/attribute_groups/{Group}/versions/1")).Status,
        status => status == 200,
        "the group to be known");

    private static Task AwaitSeenAsync(LocalRuntime runtime, string count) =>
        runtime.Client.AwaitValueAsync(Group, 1, "user_id", "anna", "seen", count);
}
