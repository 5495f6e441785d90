using System.Globalization;
using System.Text.Json;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>Resolves events at the same time against one store.</summary>
/// <param name="store">The store.</param>
/// <param name="configuration">The configuration.</param>
/// <param name="requests">One event per worker.</param>
public delegate Task<IReadOnlyList<ResolutionResult>> ConcurrentResolution(
    IIdentityStore store, IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> requests);

/// <summary>Runs one scenario of the vectors against a store and checks every expectation in it.</summary>
public sealed class ScenarioRunner
{
    private readonly JsonElement _scenario;
    private readonly IIdentityStore _store;
    private readonly SwitchedStore _switched;
    private readonly ConcurrentResolution _concurrently;
    private readonly bool _deliversTwice;
    private readonly ManualTime _time = new();
    private readonly ListedDeferredEvents _deferred = new();
    private readonly Dictionary<string, SnowplowId> _ids = [];
    private readonly ScenarioTables _tables = new();
    private readonly IdentityConfiguration _configuration;
    private readonly ScenarioEvents _events;
    private readonly IdentityResolver _resolver;

    private ScenarioRunner(
        JsonElement scenario, IIdentityStore store, ConcurrentResolution? concurrently, bool deliversTwice, IdStrategy strategy)
    {
        (_scenario, _store, _deliversTwice) = (scenario, store, deliversTwice);
        _concurrently = concurrently ?? InParallelAsync;
        _switched = store is IAtomicIdentityStore atomic ? new SwitchedAtomicStore(atomic) : new SwitchedStore(store);
        _configuration = IdentityVectors.Configuration(scenario) with { IdStrategy = strategy };
        _events = new ScenarioEvents(_configuration);
        _resolver = new IdentityResolver(_switched, _deferred, _time);
        if (strategy == IdStrategy.Identifier && scenario.TryGetProperty("ids", out var ids))
        {
            foreach (var id in ids.EnumerateObject())
                _ids[id.Name] = Parse(id.Value.GetString()!);
        }
    }

    /// <param name="name">Name of the scenario.</param>
    /// <param name="store">An empty store. Where it is atomic, batches are written as one.</param>
    /// <param name="concurrently">How events run at the same time; null for tasks in parallel.</param>
    /// <param name="deliversTwice">True to deliver every event twice.</param>
    /// <param name="strategy">How ids are made; other than by identifier, the names of the scenario are bound to ids as they appear.</param>
    public static async Task RunAsync(
        string name,
        IIdentityStore store,
        ConcurrentResolution? concurrently = null,
        bool deliversTwice = false,
        IdStrategy strategy = IdStrategy.Identifier)
    {
        var runner = new ScenarioRunner(IdentityVectors.Get(name), store, concurrently, deliversTwice, strategy);
        foreach (var step in runner._scenario.GetProperty("steps").EnumerateArray())
            await runner.RunAsync(step);
        if (runner._scenario.TryGetProperty("final", out var final))
            await runner.CheckFinalAsync(final);
        if (runner._scenario.TryGetProperty("tables", out var tables))
            runner._tables.Check(tables, runner._ids);
    }

    private Task RunAsync(JsonElement step) => (step.TryGetProperty("op", out var op) ? op.GetString() : null) switch
    {
        null => ResolveAsync(step),
        "store_down" => SwitchAsync(down: true),
        "store_up" => SwitchAsync(down: false),
        "reconcile" => ReconcileAsync(step.GetProperty("expect")),
        "erase" => EraseAsync(step),
        "ttl_sweep" => SweepAsync(step),
        "derive" => DeriveAsync(step),
        "concurrent" => RunConcurrentlyAsync(step),
        "batch_end" => EndBatch(),
        var other => throw new InvalidDataException($"Step '{other}' is not known."),
    };

    private Task SwitchAsync(bool down)
    {
        _switched.IsDown = down;
        return Task.CompletedTask;
    }

    private Task EndBatch()
    {
        _tables.EndBatch();
        return Task.CompletedTask;
    }

    private async Task ResolveAsync(JsonElement step)
    {
        var expected = step.GetProperty("expect");
        if (Request(step, expected) is not { } request)
            return;
        var isRepeated = step.TryGetProperty("redelivery", out _);
        var before = isRepeated ? await GraphDump.OfAsync(_store) : null;
        var result = await ResolveAsync(request);
        Check(expected, result, request);
        _tables.Add(request, result);
        if (before is not null)
            Assert.Equal(before.Text, (await GraphDump.OfAsync(_store)).Text);
        if (_deliversTwice && !_switched.IsDown)
            await RepeatAsync(request, result);
    }

    private async Task RepeatAsync(ResolutionRequest request, ResolutionResult first)
    {
        var before = await GraphDump.OfAsync(_store);
        var second = await ResolveAsync(request);
        Assert.Equal((first.Id, first.CreatedAt), (second.Id, second.CreatedAt));
        Assert.Empty(second.Merged);
        Assert.Empty(second.MergeEvents);
        Assert.Equal(before.Text, (await GraphDump.OfAsync(_store)).Text);
    }

    private async Task<ResolutionResult> ResolveAsync(ResolutionRequest request)
    {
        var result = Assert.Single(await _resolver.ResolveAsync(_configuration, [request], default));
        await _resolver.MarkPublishedAsync(result.MergeEvents, default);
        return result;
    }

    private ResolutionRequest? Request(JsonElement step, JsonElement expected)
    {
        SetClock(step.TryGetProperty("processed_on", out var day) ? DayOf(day) : ScenarioEvents.TimeOf(step).AddSeconds(1));
        var outcome = _events.Read(step, _time.GetUtcNow(), out var request);
        if (expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("none", out _))
        {
            var reason = outcome == ExtractionOutcome.Filtered ? "filtered" : "no_identifiers";
            Assert.Equal(expected.GetProperty("reason").GetString(), reason);
            Assert.Null(request);
            return null;
        }
        Assert.NotNull(request);
        return request;
    }

    private void Check(JsonElement expected, ResolutionResult result, ResolutionRequest request)
    {
        if (expected.TryGetProperty("fallback", out var fallback))
        {
            Assert.Equal(ResolutionOutcome.Fallback, result.Outcome);
            Assert.Equal(expected.GetProperty("derived_from").GetString(), $"{request.Identifiers[0].Type}:{request.Identifiers[0].Value}");
            Assert.Equal(Bound(fallback.GetString()!, result.Id), result.Id);
        }
        if (expected.TryGetProperty("new", out var created))
        {
            Assert.True(result.IsNew || !request.FallbackId.IsNone, "the id should be new");
            Assert.Equal(Bound(created.GetString()!, result.Id), result.Id);
        }
        if (expected.TryGetProperty("same_as", out var known))
        {
            Assert.False(result.IsNew, "the id should exist");
            Assert.Equal(_ids[known.GetString()!], result.Id);
        }
        Assert.Equal(expected.GetProperty("created_at").GetString(), Text(result.CreatedAt));
        Assert.Equal(Ids(expected.GetProperty("merged")).Order(), result.Merged.Order());
        CheckMergeEvent(expected.GetProperty("merge_event"), result.MergeEvents);
        CheckConflict(expected, result.Conflict);
        if (expected.TryGetProperty("reasons", out var reasons))
            Assert.Equal(reasons.EnumerateArray().Select(reason => reason.GetString()), ReasonsOf(result.Reasons));
    }

    private void CheckMergeEvent(JsonElement expected, IReadOnlyList<MergeEvent> events)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            Assert.Empty(events);
            return;
        }
        var merge = Assert.Single(events);
        Assert.Equal(_ids[expected.GetProperty("snowplow_id").GetString()!], merge.Id);
        Assert.Equal(expected.GetProperty("created_at").GetString(), Text(merge.CreatedAt));
        Assert.Equal(InOrder(Ids(expected.GetProperty("merges")), id => id), merge.Merged.Select(child => child.Id));
        Assert.Equal(
            InOrder(
                expected.GetProperty("merged").EnumerateArray().Select(child => (
                    Id: _ids[child.GetProperty("snowplow_id").GetString()!],
                    child.GetProperty("created_at").GetString(),
                    child.GetProperty("merged_at").GetString(),
                    child.GetProperty("triggering_event_id").GetString())),
                child => child.Id),
            merge.Merged.Select(child => (child.Id, (string?)Text(child.CreatedAt), (string?)Text(child.MergedAt), (string?)child.EventId)));
    }

    /// <summary>The order of the file is that of the ids that are made by identifier.</summary>
    private IEnumerable<T> InOrder<T>(IEnumerable<T> expected, Func<T, SnowplowId> id) =>
        _configuration.IdStrategy == IdStrategy.Identifier ? expected : expected.OrderBy(id);

    private void CheckConflict(JsonElement expected, IdentityConflict? conflict)
    {
        if (!expected.TryGetProperty("conflict", out var wanted))
        {
            Assert.Null(conflict);
            return;
        }
        Assert.NotNull(conflict);
        var isAnonymous = wanted.GetProperty("kind").GetString() == "anonymous";
        Assert.Equal(isAnonymous, conflict.IsAnonymous);
        Assert.Equal(Ids(wanted.GetProperty(isAnonymous ? "between" : "with")).Order(), conflict.Roots.Order());
    }

    private async Task ReconcileAsync(JsonElement expected)
    {
        var reconciler = new IdentityReconciler(_switched, _time);
        var queued = await _deferred.ReadAsync(100, default);
        Assert.Equal(expected.EnumerateArray().Select(entry => entry.GetProperty("event_id").GetString()), queued.Select(entry => entry.Event.Request.EventId));
        foreach (var (entry, wanted) in queued.Zip(expected.EnumerateArray()))
        {
            var replayed = Assert.Single(await reconciler.ReplayAsync(_configuration, [entry.Event], default));
            Check(wanted, replayed.Result, entry.Event.Request);
            Assert.Equal(wanted.TryGetProperty("unresolved", out _), replayed.IsUnresolved);
            await reconciler.MarkPublishedAsync(replayed.Result.MergeEvents, default);
            if (!_deliversTwice)
                continue;
            var before = await GraphDump.OfAsync(_store);
            var again = Assert.Single(await reconciler.ReplayAsync(_configuration, [entry.Event], default));
            Assert.Equal((replayed.Result.Id, replayed.IsUnresolved), (again.Result.Id, again.IsUnresolved));
            Assert.Equal(before.Text, (await GraphDump.OfAsync(_store)).Text);
        }
        await _deferred.RemoveAsync([.. queued.Select(entry => entry.Sequence)], default);
    }

    private async Task EraseAsync(JsonElement step)
    {
        var expected = step.GetProperty("expect");
        var inputs = step.GetProperty("identifiers").EnumerateArray()
            .Select(identifier => new ErasureInput(new Identifier(identifier.GetProperty("type").GetString()!, identifier.GetProperty("value").GetString()!), null));
        var request = new ErasureRequest { Inputs = [.. inputs], Caller = "test" };
        var eraser = new IdentityEraser(_store, _deferred, _time);

        var before = await GraphDump.OfAsync(_store);
        var trial = await eraser.EraseAsync(request with { IsDryRun = true }, default);
        Assert.Equal(before.Text, (await GraphDump.OfAsync(_store)).Text);
        var report = await eraser.EraseAsync(request, default);

        Assert.Equal((trial.Ids, trial.Identifiers), (report.Ids, report.Identifiers));
        Assert.Equal(expected.GetProperty("identifiers_affected").GetInt32(), report.Identifiers);
        Assert.Equal(
            Ids(expected.GetProperty("snowplow_ids")).Order(),
            report.Outcomes.OfType<ErasureOutcome.Erased>().SelectMany(erased => erased.Ids).Order());
        Assert.Equal(
            expected.GetProperty("failed").EnumerateArray().Select(code => code.GetString()),
            report.Outcomes.OfType<ErasureOutcome.Failed>().Select(failed => failed.Code));
    }

    private async Task SweepAsync(JsonElement step)
    {
        SetClock(DayOf(step.GetProperty("today")));
        var report = await new IdentitySweeper(_store, _time).RemoveExpiredAsync(_configuration, 100, default);

        var expected = step.GetProperty("expect");
        Assert.Equal(
            expected.GetProperty("removed").EnumerateArray().Select(value => value.GetString()).Order(),
            report.Identifiers.Select(identifier => $"{identifier.Type}:{identifier.Value}").Order());
        Assert.Equal(Ids(expected.GetProperty("deleted_ids")).Order(), report.Ids.Order());
    }

    private static Task DeriveAsync(JsonElement step)
    {
        var derivation = new SnowplowIdDerivation(IdentityConfiguration.None);
        var identifier = new Identifier(step.GetProperty("type").GetString()!, step.GetProperty("value").GetString()!);
        var generation = step.GetProperty("generation").GetInt32();
        var id = step.GetProperty("kind").GetString() == "anonymous"
            ? derivation.Anonymous(identifier, generation)
            : derivation.OfIdentifier(identifier, generation);
        Assert.Equal(step.GetProperty("expect").GetProperty("snowplow_id").GetString(), id.ToString());
        return Task.CompletedTask;
    }

    private async Task RunConcurrentlyAsync(JsonElement step)
    {
        var requests = step.GetProperty("events").EnumerateArray().Select(entry => Request(entry, default)!).ToList();
        var results = await _concurrently(_store, _configuration, requests);
        await new IdentitySweeper(_store, _time).FinishMergesAsync(100, default);
        await ConcurrentOutcome.CheckAsync(step.GetProperty("expect"), _ids, results, await GraphDump.OfAsync(_store));
    }

    private static async Task<IReadOnlyList<ResolutionResult>> InParallelAsync(
        IIdentityStore store, IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> requests) =>
        await Task.WhenAll(requests.Select(request => Task.Run(async () =>
            (await new IdentityResolver(store, null, TimeProvider.System).ResolveAsync(configuration, [request], default))[0])));

    private async Task CheckFinalAsync(JsonElement final)
    {
        var graph = await GraphDump.OfAsync(_store);
        Assert.Equal(Ids(final.GetProperty("active")).Order(), graph.Profiles.Values.Where(profile => profile.IsRoot).Select(profile => profile.Id).Order());
        Assert.Equal(
            final.GetProperty("absorbed").EnumerateObject().Select(pair => (_ids[pair.Name], _ids[pair.Value.GetString()!])).Order(),
            graph.Profiles.Values.Where(profile => !profile.IsRoot).Select(profile => (profile.Id, graph.RootOf(profile.Id)!.Value)).Order());
        Assert.Equal(
            final.GetProperty("identifiers").EnumerateObject().Select(pair => $"{pair.Name} {string.Join(' ', Ids(pair.Value).Order())}").Order(StringComparer.Ordinal),
            graph.Identifiers.Select(item => $"{item.Type}:{item.Value} {string.Join(' ', graph.RootsOf(item))}").Order(StringComparer.Ordinal));
    }

    private SnowplowId Bound(string symbol, SnowplowId id)
    {
        _ids.TryAdd(symbol, id);
        return _ids[symbol];
    }

    private IEnumerable<SnowplowId> Ids(JsonElement symbols) => symbols.EnumerateArray().Select(symbol => _ids[symbol.GetString()!]);

    private void SetClock(DateTimeOffset at) => _time.Advance(at - _time.GetUtcNow());

    private static DateTimeOffset DayOf(JsonElement day) =>
        DateTimeOffset.Parse($"{day.GetString()}T12:00:00Z", CultureInfo.InvariantCulture);

    internal static string Text(EventTime time) =>
        time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static IEnumerable<string?> ReasonsOf(ResolutionReasons reasons)
    {
        if (reasons.HasFlag(ResolutionReasons.MergeLimitExceeded))
            yield return "merge_limit_exceeded";
        if (reasons.HasFlag(ResolutionReasons.UniqueIdentifierConflict))
            yield return "unique_identifier_conflict";
    }

    private static SnowplowId Parse(string text)
    {
        Assert.True(SnowplowId.TryParse(text, out var id), text);
        return id;
    }
}
