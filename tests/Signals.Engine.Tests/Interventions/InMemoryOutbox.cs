using Signals.Engine.Interventions;

namespace Signals.Engine.Tests.Interventions;

/// <summary>An outbox in memory that counts how often each message was handed out, and fails on demand.</summary>
public sealed class InMemoryOutbox : IInterventionOutbox
{
    private readonly List<InterventionMessage> _messages = [];

    /// <summary>The messages, each once per id and target, in the order of their arrival.</summary>
    public IReadOnlyList<InterventionMessage> Messages => _messages;

    /// <summary>Asked before each append: whether it fails before anything is kept.</summary>
    public Func<bool> NextAppendFails { get; set; } = () => false;

    /// <summary>Asked after each append: whether its answer is lost.</summary>
    public Func<bool> NextAnswerIsLost { get; set; } = () => false;

    /// <summary>Everything that was handed out, repetitions included.</summary>
    public List<InterventionMessage> Arrivals { get; } = [];

    public ValueTask<int> AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken)
    {
        if (NextAppendFails())
            throw new IOException("The outbox is out of reach.");
        Arrivals.AddRange(messages);
        var before = _messages.Count;
        foreach (var message in messages)
            if (!_messages.Exists(known => known.InterventionId == message.InterventionId && known.Target == message.Target))
                _messages.Add(message);
        if (NextAnswerIsLost())
            throw new IOException("The answer of the outbox is lost.");
        return ValueTask.FromResult(_messages.Count - before);
    }

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long> ReadEndAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadNewestAsync(string? name, long beforeSequence, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask SaveReceiptsAsync(IReadOnlyList<DeliveryReceipt> receipts, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<DeliveryReceipt>> ReadReceiptsAsync(Guid interventionId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
}
