using Signals.Engine.Identities;
using Signals.Storage.Tests.Compliance;

namespace Signals.Engine.Tests.Identities;

/// <summary>Takes the steps of the protocol on a schedule. A crash ends what it does; it gets the event again, as from a log.</summary>
internal sealed class ScheduledWorker(ScheduledStore store, Schedule schedule, IdentityConfiguration configuration)
{
    private readonly ResolutionRules _rules = new(configuration);
    private readonly EventProtocol _protocol = new(store, new ManualTime(), (_, _) => schedule.TurnAsync(mayCrash: false));
    private readonly PublishedMerges _published = new(store);

    public async Task WorkAsync(Queue<ResolutionRequest> events, List<MergeEvent> published)
    {
        while (events.TryPeek(out var request))
        {
            try
            {
                var result = await ResolveAsync(request);
                published.AddRange(result.MergeEvents);
                await _published.MarkAsync(result.MergeEvents, default);
                events.Dequeue();
            }
            catch (CrashException)
            {
                await schedule.TurnAsync(mayCrash: false);
            }
        }
    }

    public async Task<ResolutionResult> ResolveAsync(ResolutionRequest request)
    {
        var keys = request.Identifiers.Select(identifier => IdentityItemKey.Of(identifier)).ToArray();
        while (true)
        {
            // Null means too many lost races: the event would be deferred and replayed.
            if (await _protocol.ResolveAsync(_rules, request, keys, new IdentityGraph(), default) is { } result)
                return result;
        }
    }
}
