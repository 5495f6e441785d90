using Signals.Engine.Interventions;

namespace Signals.Api.Tests.Hosting;

/// <summary>An outbox of one process.</summary>
public sealed class InMemoryInterventionOutbox : IInterventionOutbox
{
    private readonly Lock _gate = new();
    private readonly List<OutboxEntry> _entries = [];
    private long _end;
    private readonly Dictionary<(Guid, InterventionTarget, string), DeliveryReceipt> _receipts = [];
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ValueTask<int> AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var before = _entries.Count;
            foreach (var message in messages)
            {
                if (!_entries.Exists(e => e.Message.InterventionId == message.InterventionId && e.Message.Target == message.Target))
                    _entries.Add(new OutboxEntry(++_end, message));
            }
            _appended.SetResult();
            _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return ValueTask.FromResult(_entries.Count - before);
        }
    }

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken) =>
        Select(e => e.Sequence > afterSequence, limit);

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken) =>
        Select(e => e.Sequence > afterSequence && targets.Any(t => t.IsSameAs(e.Message.Target)), limit);

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadNewestAsync(string? name, long beforeSequence, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var newest = _entries.AsEnumerable().Reverse().Where(e => e.Sequence < beforeSequence && (name is null || e.Message.Name == name));
            return ValueTask.FromResult<IReadOnlyList<OutboxEntry>>([.. newest.Take(limit)]);
        }
    }

    public ValueTask<long> ReadEndAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult(_end);
    }

    public async ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task appended;
            lock (_gate)
            {
                if (_entries.Count > 0 && _entries[^1].Sequence > afterSequence)
                    return;
                appended = _appended.Task;
            }
            await appended.WaitAsync(cancellationToken);
        }
    }

    public ValueTask SaveReceiptsAsync(IReadOnlyList<DeliveryReceipt> receipts, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var receipt in receipts)
                _receipts[(receipt.InterventionId, receipt.Target, receipt.Hub)] = receipt;
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<DeliveryReceipt>> ReadReceiptsAsync(Guid interventionId, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult<IReadOnlyList<DeliveryReceipt>>([.. _receipts.Values.Where(r => r.InterventionId == interventionId)]);
    }

    public ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<string>>([]);

    public ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken)
    {
        lock (_gate)
            return ValueTask.FromResult(_entries.RemoveAll(e => e.Message.Target.IsSameAs(target)));
    }

    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => ValueTask.FromResult(0);

    private ValueTask<IReadOnlyList<OutboxEntry>> Select(Func<OutboxEntry, bool> wanted, int limit)
    {
        lock (_gate)
            return ValueTask.FromResult<IReadOnlyList<OutboxEntry>>([.. _entries.Where(wanted).Take(limit)]);
    }
}
