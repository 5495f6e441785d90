using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Functions.Azure;
using Signals.Functions.Cloud;
using Signals.Functions.EventHubs;
using Signals.Functions.Tests.Cloud;
using Signals.Functions.Tests.EventHubs;

namespace Signals.Functions.Tests.Azure;

/// <summary>The trigger over a store of bad rows that fails as it is told to: every line here is a malformed one.</summary>
public sealed class AggregateAttributesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<StoredBadRow> _kept = [];
    private readonly Mock<IBadRowStore> _badRows = new();
    private readonly StreamingMetrics _metrics = new();
    private Func<StoredBadRow, Exception?> _fails = _ => null;
    private TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AggregateAttributesTests() =>
        _badRows.Setup(store => store.AppendAsync(It.IsAny<IReadOnlyList<StoredBadRow>>(), It.IsAny<CancellationToken>()))
            .Returns((IReadOnlyList<StoredBadRow> rows, CancellationToken _) => Keep(rows));

    [Fact]
    public async Task Batch_is_processed_under_the_partition_and_sequence_numbers_of_the_hub()
    {
        await Function().RunAsync(Bodies("a", "b"), Context(HubBatches.Metadata(2, partition: "5", first: 70)));

        Assert.Equal([new LogPosition(5, 70), new LogPosition(5, 71)], _kept.Select(row => row.Position));
    }

    [Fact]
    public async Task Positions_in_a_hub_made_anew_are_others()
    {
        await Function(settings => settings with { HubEpoch = 2 }).RunAsync(Bodies("a"), Context(HubBatches.Metadata(1, partition: "5", first: 0)));

        Assert.Equal(LogPartitions.Enriched(5, epoch: 2), Assert.Single(_kept).Position.Partition);
    }

    [Fact]
    public async Task Positions_in_the_resolved_hub_are_others()
    {
        await Function(settings => settings with { AggregatedHub = "resolved" }).RunAsync(Bodies("a"), Context(HubBatches.Metadata(1, partition: "5")));

        Assert.Equal(LogPartitions.Resolved(5), Assert.Single(_kept).Position.Partition);
    }

    [Theory]
    [InlineData("PartitionContext")]
    [InlineData("SequenceNumberArray")]
    public async Task Batch_without_metadata_fails_and_nothing_of_it_is_processed(string missing)
    {
        var data = HubBatches.Metadata(1);
        data.Remove(missing);

        await Assert.ThrowsAsync<HubMetadataException>(async () => await Function().RunAsync(Bodies("a"), Context(data)));

        Assert.Empty(_kept);
    }

    [Fact]
    public async Task Store_that_is_away_holds_the_batch_until_it_is_back()
    {
        var away = 3;
        _fails = _ => Interlocked.Decrement(ref away) >= 0 ? Away() : null;

        await Function().RunAsync(Bodies("a", "b"), Context(HubBatches.Metadata(2)));

        Assert.Equal(2, _kept.Count);
        Assert.Equal(0, _metrics.Totals.DeadLettered);
    }

    [Fact]
    public async Task Event_that_fails_again_and_again_is_dead_lettered_alone()
    {
        _fails = row => Encoding.UTF8.GetString(row.Json.Span) is var json && json.Contains("poison") && json.Contains("loader_parsing_error")
            ? new InvalidOperationException("cannot be stored") : null;
        var lines = Enumerable.Range(0, 20).Select(i => i == 13 ? "poison" : $"line {i}").ToArray();

        await Function().RunAsync(Bodies(lines), Context(HubBatches.Metadata(20, first: 100)));

        Assert.Equal(Enumerable.Range(100, 20).Select(i => (long)i), _kept.Select(row => row.Position.Sequence).Distinct().Order());
        Assert.Equal(1, _metrics.Totals.DeadLettered);
        var dead = _kept.Single(row => row.Position.Sequence == 113);
        Assert.Contains("cannot be stored", Encoding.UTF8.GetString(dead.Json.Span));
        Assert.Contains("poison", Encoding.UTF8.GetString(dead.Json.Span));
    }

    [Fact]
    public async Task Failure_that_passes_leaves_no_dead_letter()
    {
        var failures = 2;
        _fails = _ => Interlocked.Decrement(ref failures) >= 0 ? new InvalidOperationException("for now") : null;

        await Function().RunAsync(Bodies("a", "b"), Context(HubBatches.Metadata(2)));

        Assert.Equal(2, _kept.Count);
        Assert.Equal(0, _metrics.Totals.DeadLettered);
    }

    [Fact]
    public async Task Batch_that_is_stopped_ends_with_an_exception_so_that_it_is_delivered_again()
    {
        _fails = _ => Away();
        using var stopping = new CancellationTokenSource();
        var running = Function().RunAsync(Bodies("a"), Context(HubBatches.Metadata(1), stopping.Token));
        await _failed.Task.WaitAsync(Patience);

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Patience));
    }

    [Fact]
    public async Task Batch_that_comes_after_the_stop_is_left_alone()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Function().RunAsync(Bodies("a"), Context(HubBatches.Metadata(1), new CancellationToken(canceled: true))));

        Assert.Empty(_kept);
    }

    [Fact]
    public async Task Batch_that_is_held_for_too_long_is_given_back_to_the_retry_policy()
    {
        _fails = _ => Away();
        var function = Function(options: new StreamingTriggerOptions { LongestCall = TimeSpan.FromMilliseconds(50) });

        var held = await Assert.ThrowsAsync<BatchHeldException>(() => function.RunAsync(Bodies("a"), Context(HubBatches.Metadata(1, partition: "6"))).WaitAsync(Patience));

        Assert.Contains("partition 6", held.Message);
    }

    [Fact]
    public async Task Readiness_tells_of_a_batch_that_is_held_until_one_gets_through()
    {
        _fails = _ => Away();
        var trigger = Trigger(new StreamingTriggerOptions { LongestCall = TimeSpan.FromMilliseconds(50) });
        var function = new AggregateAttributes(trigger, CloudSettings.From(CloudConfiguration.Of()));
        await Assert.ThrowsAsync<BatchHeldException>(() => function.RunAsync(Bodies("a"), Context(HubBatches.Metadata(1, partition: "6"))).WaitAsync(Patience));

        var held = await trigger.CheckAsync(default);
        _fails = _ => null;
        await function.RunAsync(Bodies("a"), Context(HubBatches.Metadata(1, partition: "6")));

        Assert.False(held.Ready);
        Assert.Contains("partition 6", held.Detail);
        Assert.True((await trigger.CheckAsync(default)).Ready);
    }

    [Fact]
    public void Retry_policy_never_gives_up()
    {
        var retry = typeof(AggregateAttributes).GetMethod(nameof(AggregateAttributes.RunAsync))!.GetCustomAttribute<RetryAttribute>();

        Assert.Equal(-1, retry!.MaxRetryCount);
    }

    [Fact]
    public void Trigger_takes_batches_of_the_configured_hub()
    {
        var trigger = typeof(AggregateAttributes).GetMethod(nameof(AggregateAttributes.RunAsync))!.GetParameters()[0].GetCustomAttribute<EventHubTriggerAttribute>()!;

        Assert.Equal(("%AggregatedHub%", "%AggregatedConsumerGroup%", "EventHubs", true), (trigger.EventHubName, trigger.ConsumerGroup, trigger.Connection, trigger.IsBatched));
    }

    [Fact]
    public void Platform_ends_no_call_by_itself()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot(), "host.json")));

        // It would end the process with it, and all event streams that the process holds.
        Assert.Equal("-1", host.RootElement.GetProperty("functionTimeout").GetString());
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Signals.Functions.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    private static byte[][] Bodies(params string[] lines) => [.. lines.Select(Encoding.UTF8.GetBytes)];

    private static StoreUnavailableException Away() => new("The store", TimeSpan.FromMilliseconds(1), new IOException("gone"));

    private static FunctionContext Context(IReadOnlyDictionary<string, object?> data, CancellationToken stopping = default)
    {
        var binding = new Mock<BindingContext>();
        binding.Setup(context => context.BindingData).Returns(data);
        var context = new Mock<FunctionContext>();
        context.Setup(c => c.BindingContext).Returns(binding.Object);
        context.Setup(c => c.CancellationToken).Returns(stopping);
        return context.Object;
    }

    private AggregateAttributes Function(Func<CloudSettings, CloudSettings>? change = null, StreamingTriggerOptions? options = null) =>
        new(Trigger(options), (change ?? (settings => settings))(CloudSettings.From(CloudConfiguration.Of())));

    private StreamingTrigger Trigger(StreamingTriggerOptions? options)
    {
        var definitions = new Mock<IDefinitionSource>();
        definitions.Setup(source => source.Current).Returns(new DefinitionSnapshot());
        var engine = new StreamingEngine(definitions.Object, Mock.Of<IProfileStore>(), _badRows.Object, TimeProvider.System, _metrics);
        return new StreamingTrigger(
            engine, _badRows.Object, _metrics, TimeProvider.System, options ?? new StreamingTriggerOptions(), NullLogger<StreamingTrigger>.Instance);
    }

    private ValueTask Keep(IReadOnlyList<StoredBadRow> rows)
    {
        foreach (var row in rows)
            if (_fails(row) is { } failure)
            {
                _failed.TrySetResult();
                return ValueTask.FromException(failure);
            }
        foreach (var row in rows)
            _kept.Enqueue(row);
        return ValueTask.CompletedTask;
    }
}
