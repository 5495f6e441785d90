using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>Messages that somebody waits to see appended.</summary>
internal sealed class OutboxAppend
{
    private readonly TaskCompletionSource<int> _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private int _new;

    public OutboxAppend(IReadOnlyList<InterventionMessage> messages)
    {
        Messages = [.. messages.Select(message => new OutboxMessage(this, message)).DistinctBy(static message => message.Id)];
        _left = Messages.Count;
    }

    /// <summary>The messages in their order, each once.</summary>
    public IReadOnlyList<OutboxMessage> Messages { get; }

    /// <summary>Names this call in the entries that it adds.</summary>
    public string Mark { get; } = Guid.NewGuid().ToString("N");

    /// <summary>How many of the messages were new; known when all are in the outbox.</summary>
    public Task<int> Added => _added.Task;

    /// <summary>One message is in the outbox.</summary>
    public void Settle(bool isNew)
    {
        _new += isNew ? 1 : 0;
        if (--_left == 0)
            _added.SetResult(_new);
    }

    /// <summary>What is not in the outbox by now will not get there by this call.</summary>
    public void Fail(Exception error) => _added.TrySetException(error);
}

/// <summary>One message that is to be appended.</summary>
internal sealed class OutboxMessage(OutboxAppend append, InterventionMessage message)
{
    public OutboxAppend Append => append;

    public InterventionMessage Message => message;

    public string Id { get; } = OutboxDocuments.IdOf(message);

    public bool IsSettled { get; private set; }

    /// <summary>It is in the outbox.</summary>
    public void Settle(bool isNew)
    {
        IsSettled = true;
        append.Settle(isNew);
    }
}
