using Signals.CosmosEmulator;
using Signals.Engine.Events;
using Signals.Engine.Tests.Attributes;
using Signals.Storage.Cosmos;

namespace Signals.Simulation;

/// <summary>
/// Several instances over one emulated Cosmos DB, in virtual time. Batches go to any instance that is not amid one; in the middle of a request another
/// instance may work on the partition; after a failure an instance may be begun anew.
/// </summary>
internal abstract class Site : IAsyncDisposable
{
    private const int Instances = 3;

    private readonly EmulatedCosmos _cosmos;
    private readonly List<CosmosAccount> _accounts = [];
    private readonly Trouble _trouble;
    private int _busy;
    private bool _isNested;

    protected Site(int seed)
    {
        _cosmos = new EmulatedCosmos(new CosmosEmulatorOptions { Clock = Time });
        _trouble = new Trouble(seed, OvertakeAsync);
        Seed = seed;
    }

    protected int Seed { get; }

    protected FakeTimeProvider Time { get; } = new(TestEvents.Noon);

    /// <summary>Where all chance comes from but that of <see cref="Trouble"/>.</summary>
    protected abstract Random Random { get; }

    /// <summary>Whether there is a batch left for now.</summary>
    protected abstract bool HasMore { get; }

    private int Deaths { get; set; }

    public async ValueTask DisposeAsync()
    {
        _accounts.ForEach(account => account.Dispose());
        await _cosmos.DisposeAsync();
    }

    /// <summary>Runs to the end, then compares in peace.</summary>
    protected async Task<SimulationResult> RunAsync()
    {
        await OpenAccount().EnsureCreatedAsync(default);
        for (var instance = 0; instance < Instances; instance++)
            Begin(instance);
        _cosmos.Faults.Decide(_trouble.Decide);
        await DriveAsync();
        _cosmos.Faults.Decide(_ => null);
        var problems = new List<string>();
        await CompareAsync(problems);
        return new SimulationResult(Seed, problems, Deaths, _trouble.Strikes);
    }

    /// <summary>Begins an instance as a process does: nothing in memory.</summary>
    protected abstract void Begin(int instance);

    /// <summary>Has batches tried until there are none.</summary>
    protected abstract Task DriveAsync();

    /// <summary>Chooses a batch, and returns what an instance does with it; null when there is none.</summary>
    protected abstract Func<int, Task>? NextBatch();

    /// <summary>Whether a batch that failed so comes again.</summary>
    protected abstract bool Holds(Exception error);

    /// <summary>Says what is not as it should be.</summary>
    protected abstract Task CompareAsync(List<string> problems);

    protected CosmosAccount OpenAccount()
    {
        // What the client does about throttling takes real time, so the stores hear of it at once.
        var options = new CosmosOptions { Endpoint = _cosmos.Endpoint, Emulator = true, ThrottlingRetries = 0 };
        var account = new CosmosAccount(options, httpClientFactory: () => new HttpClient(_cosmos.CreateHandler()));
        _accounts.Add(account);
        return account;
    }

    protected async Task TryBatchAsync()
    {
        if (NextBatch() is not { } work)
            return;
        var instance = (_busy + 1 + Random.Next(Instances - 1)) % Instances;
        var before = _busy;
        try
        {
            _busy = instance;
            await work(instance);
        }
        catch (Exception error) when (Holds(error))
        {
            if (Random.NextDouble() < 0.5)
                return;
            Begin(instance);
            Deaths++;
        }
        finally
        {
            _busy = before;
        }
    }

    /// <summary>While one instance waits for an answer, another works on the partition.</summary>
    private async Task OvertakeAsync()
    {
        if (_isNested)
            return;
        _isNested = true;
        for (var batches = Random.Next(1, 3); batches > 0 && HasMore; batches--)
            await TryBatchAsync();
        _isNested = false;
    }
}

/// <summary>What came of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Problems">What is wrong; empty when nothing is.</param>
/// <param name="Deaths">Instances that died on the way.</param>
/// <param name="Strikes">Requests that something went wrong with.</param>
internal sealed record SimulationResult(int Seed, IReadOnlyList<string> Problems, int Deaths, int Strikes)
{
    public override string ToString() => Problems.Count == 0
        ? $"Seed {Seed}: as undisturbed, after {Strikes} troubles and {Deaths} deaths of instances."
        : $"Seed {Seed}: {Problems.Count} differences, after {Strikes} troubles and {Deaths} deaths.\n{string.Join('\n', Problems.Take(20))}";
}
