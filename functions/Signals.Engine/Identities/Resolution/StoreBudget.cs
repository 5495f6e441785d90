using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Gives the store a time to answer in.</summary>
internal sealed class StoreBudget : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _either;

    public StoreBudget(TimeSpan budget, TimeProvider time, CancellationToken caller)
    {
        _caller = caller;
        _deadline = new CancellationTokenSource(budget, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _deadline.Token);
    }

    /// <summary>What the store says; null when it is away or takes too long.</summary>
    public async ValueTask<T?> TryAsync<T>(Func<CancellationToken, ValueTask<T>> ask)
        where T : class
    {
        try
        {
            return await ask(_either.Token);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
        catch (OperationCanceledException) when (_deadline.IsCancellationRequested && !_caller.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _deadline.Dispose();
    }
}
