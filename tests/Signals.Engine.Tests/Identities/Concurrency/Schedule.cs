namespace Signals.Engine.Tests.Identities;

/// <summary>
/// Runs workers one step at a time on one thread, in an order that a seed decides. A worker stops before every call to the store;
/// the schedule picks who goes on, and now and then lets one crash in place of its call.
/// </summary>
internal sealed class Schedule(int seed, double crashes)
{
    private const int MaxSteps = 50_000;

    private readonly Random _random = new(seed);
    private readonly List<(TaskCompletionSource Turn, bool MayCrash)> _waiting = [];

    public int Crashes { get; private set; }

    /// <summary>Waits for its turn, or crashes.</summary>
    public Task TurnAsync(bool mayCrash = true)
    {
        var turn = new TaskCompletionSource();
        _waiting.Add((turn, mayCrash));
        return turn.Task;
    }

    /// <summary>A number below a limit, from the seed.</summary>
    public int Next(int limit) => _random.Next(limit);

    /// <summary>Runs until all workers are done.</summary>
    public async Task RunAsync(params Task[] workers)
    {
        for (var steps = 0; _waiting.Count > 0; steps++)
        {
            Assert.True(steps < MaxSteps, "The workers do not come to an end.");
            var index = _random.Next(_waiting.Count);
            var (turn, mayCrash) = _waiting[index];
            _waiting.RemoveAt(index);
            if (mayCrash && _random.NextDouble() < crashes)
            {
                Crashes++;
                turn.SetException(new CrashException());
            }
            else
                turn.SetResult();
        }
        Assert.All(workers, worker => Assert.True(worker.IsCompleted, "A worker waits for something else than its turn."));
        await Task.WhenAll(workers);
    }
}

/// <summary>The process of a worker ends.</summary>
internal sealed class CrashException : Exception;
