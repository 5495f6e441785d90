using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Settings of a resolver that are no matter of the configuration of identities.</summary>
public sealed record IdentityResolverOptions
{
    /// <summary>How many items are kept in memory between batches, where the store says what others changed.</summary>
    public int CachedItems { get; init; } = 1_000_000;

    /// <summary>How many people of a batch are resolved side by side, where each takes several calls to the store.</summary>
    public int ParallelPeople { get; init; } = 32;

    /// <summary>Where pauses before restarts come from.</summary>
    public Random Jitter { get; init; } = Random.Shared;

    /// <summary>Where outcomes are counted; null for nowhere.</summary>
    public ResolutionMetrics? Metrics { get; init; }
}

/// <summary>Gives events their Snowplow IDs and keeps the identity graph (spec identities, sections 6, 9.1 and 11).</summary>
public sealed class IdentityResolver
{
    private readonly TimeProvider _time;
    private readonly IDeferredEvents? _deferred;
    private readonly StoreBreaker _breaker;
    private readonly SemaphoreSlim _oneBatch = new(1);
    private readonly AtomicResolution? _atomic;
    private readonly ProtocolResolution? _protocol;
    private readonly PublishedMerges _published;
    private readonly ResolutionMetrics? _metrics;
    private ResolutionRules _rules = new(IdentityConfiguration.None);

    /// <summary>Makes a resolver.</summary>
    /// <param name="store">The graph. Where it is an <see cref="IAtomicIdentityStore"/>, a batch is written as one.</param>
    /// <param name="deferred">Where events go that the store does not answer; null to have none answered then.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    public IdentityResolver(IIdentityStore store, IDeferredEvents? deferred, TimeProvider time, IdentityResolverOptions? options = null)
    {
        options ??= new IdentityResolverOptions();
        (_time, _deferred, _breaker, _published, _metrics) = (time, deferred, new StoreBreaker(time), new PublishedMerges(store), options.Metrics);
        if (store is IAtomicIdentityStore atomic)
            _atomic = new AtomicResolution(atomic, time, options);
        else
            _protocol = new ProtocolResolution(store, time, options);
    }

    /// <summary>
    /// Resolves a batch, in order; one result per request. When it returns, the graph is durable and every event with a fallback id is in
    /// the queue. Merge events of the results are to be written next, then handed to <see cref="MarkPublishedAsync"/>.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store does not answer, and there is no queue or it does not answer either.</exception>
    public async ValueTask<IReadOnlyList<ResolutionResult>> ResolveAsync(
        IdentityConfiguration configuration, IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken)
    {
        if (requests.Count == 0)
            return [];
        var started = _time.GetTimestamp();
        var rules = RulesOf(configuration);
        var answers = _breaker.IsOpen ? new Answers(requests.Count) : await AskAsync(rules, requests, cancellationToken);
        if (answers.Missing.Count > 0)
            await DeferAsync(rules, requests, answers, cancellationToken);
        _metrics?.Count(answers.Results, _time.GetElapsedTime(started));
        return answers.Results;
    }

    /// <summary>Tells that merge events were written where they belong, so that they are not written again.</summary>
    public async ValueTask MarkPublishedAsync(IReadOnlyList<MergeEvent> published, CancellationToken cancellationToken)
    {
        if (published.Count > 0)
            await _published.MarkAsync(published, cancellationToken);
    }

    private ResolutionRules RulesOf(IdentityConfiguration configuration)
    {
        var rules = _rules;
        return ReferenceEquals(rules.Configuration, configuration) ? rules : _rules = new ResolutionRules(configuration);
    }

    private async ValueTask<Answers> AskAsync(
        ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken)
    {
        var answers = _atomic is null
            ? new Answers(await _protocol!.ResolveAsync(rules, requests, cancellationToken))
            : await AskAtOnceAsync(_atomic, rules, requests, cancellationToken);
        _breaker.Report(answers.Missing.Count < requests.Count);
        return answers;
    }

    private async ValueTask<Answers> AskAtOnceAsync(
        AtomicResolution atomic, ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, CancellationToken cancellationToken)
    {
        await _oneBatch.WaitAsync(cancellationToken);
        try
        {
            // A batch is one call, but takes longer than one event; each event may add a millisecond.
            var most = rules.Configuration.StoreBudget + TimeSpan.FromMilliseconds(requests.Count);
            using var budget = new StoreBudget(most, _time, cancellationToken);
            return await budget.TryAsync(async token => new Answers(await atomic.ResolveAsync(rules, requests, token))) ?? new Answers(requests.Count);
        }
        finally
        {
            _oneBatch.Release();
        }
    }

    /// <summary>Gives events their fallback ids, and keeps them for reconciliation (spec identities, 9.2 and 9.3).</summary>
    private async ValueTask DeferAsync(
        ResolutionRules rules, IReadOnlyList<ResolutionRequest> requests, Answers answers, CancellationToken cancellationToken)
    {
        if (_deferred is null)
            throw new StoreUnavailableException("The identity store", null, new TimeoutException("it did not answer in time"));
        var now = EventTime.From(_time.GetUtcNow());
        var events = new List<DeferredEvent>(answers.Missing.Count);
        foreach (var index in answers.Missing)
        {
            var request = requests[index];
            var leading = request.Identifiers.FirstOrDefault(identifier => !identifier.IsAlias, request.Identifiers[0]);
            var id = request.FallbackId.IsNone ? rules.Derivation.OfIdentifier(leading, 0) : request.FallbackId;
            events.Add(new DeferredEvent(request with { FallbackId = id }, rules.Configuration.Version, now));
            answers.Results[index] = new ResolutionResult(id, request.Time, ResolutionOutcome.Fallback, ResolutionReasons.None);
        }
        await _deferred.AppendAsync(events, cancellationToken);
    }
}
