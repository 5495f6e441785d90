namespace Signals.Storage.Cosmos;

/// <summary>
/// How much waits for a webhook and how much was given up, as far as this process knows: counted once, and kept up with what it does
/// itself. It does nearly everything, because one process at a time delivers to a webhook.
/// </summary>
internal sealed class WebhookCounts(int waiting, int dead, DateTimeOffset countedAt)
{
    private int _waiting = waiting;
    private int _dead = dead;

    public DateTimeOffset CountedAt => countedAt;

    public int Waiting => Volatile.Read(ref _waiting);

    public int Dead => Volatile.Read(ref _dead);

    public void Add(int waiting, int dead)
    {
        Interlocked.Add(ref _waiting, waiting);
        Interlocked.Add(ref _dead, dead);
    }
}
