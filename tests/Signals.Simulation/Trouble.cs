using System.Collections.Concurrent;
using Signals.CosmosEmulator;
using Signals.CosmosEmulator.Faults;

namespace Signals.Simulation;

/// <summary>
/// What goes wrong with which request. It follows from the seed, the item and how often the item was asked for, not from the order in which
/// requests that run side by side arrive.
/// </summary>
/// <param name="seed">The seed.</param>
/// <param name="overtake">Lets another instance work on the partition in the middle of a request.</param>
internal sealed class Trouble(int seed, Func<Task> overtake)
{
    private readonly ConcurrentDictionary<string, int> _asked = new(StringComparer.Ordinal);

    /// <summary>Requests that something went wrong with.</summary>
    public int Strikes { get; private set; }

    /// <summary>The fault of a request; null for none.</summary>
    public Fault? Decide(CosmosCall call)
    {
        if (call.Operation is CosmosOperation.Metadata or CosmosOperation.QueryPlan or CosmosOperation.ChangeFeed)
            return null;
        var name = $"{call.Container} {call.Operation} {string.Join(',', call.Ids.Take(1))}";
        var times = _asked.AddOrUpdate(name, 1, static (_, count) => count + 1);
        var fault = Choose(new Random(HashCode(name) * 31 + times + seed * 7919).Next(1000), writes: call.Operation is not (CosmosOperation.ReadItem or CosmosOperation.Query));
        if (fault is not null)
            Strikes++;
        return fault;
    }

    private Fault? Choose(int perMille, bool writes) => perMille switch
    {
        < 10 => Fault.TooManyRequests(TimeSpan.Zero),
        < 30 => Fault.Status(503),
        < 40 when writes => Fault.Status(408),
        < 70 when writes => Fault.ReplyReplaced(503),
        < 80 when writes => Fault.RaceLost,
        < 120 when writes => Fault.Meanwhile(async (_, _) => await overtake()),
        _ => null,
    };

    /// <summary>The same in every process.</summary>
    private static int HashCode(string text)
    {
        var hash = 17;
        foreach (var c in text)
            hash = unchecked(hash * 31 + c);
        return hash;
    }
}
