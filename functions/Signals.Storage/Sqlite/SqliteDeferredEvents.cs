using Signals.Engine.Identities;

namespace Signals.Storage.Sqlite;

/// <summary>The events that wait for the identity graph, in a SQLite file.</summary>
/// <param name="database">The file.</param>
public sealed class SqliteDeferredEvents(SqliteDatabase database) : IDeferredQueue
{
    /// <inheritdoc />
    public async ValueTask AppendAsync(IReadOnlyList<DeferredEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;
        var messages = events.Select(DeferredEventJson.ToBytes).ToList();
        await database.WriteAsync(session =>
        {
            foreach (var message in messages)
            {
                var insert = session.Prepare("INSERT INTO deferred_event (sequence, event) VALUES (?1, ?2)");
                insert.Bind(1, session.Next("deferred_event"));
                insert.Bind(2, message);
                insert.Run();
            }
            return messages.Count;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<QueuedEvent>> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(limit, static (session, limit) =>
        {
            var events = new List<QueuedEvent>();
            var select = session.Prepare("SELECT sequence, event FROM deferred_event ORDER BY sequence LIMIT ?1");
            select.Bind(1, limit);
            while (select.Step())
            {
                var sequence = select.Long(0);
                if (!DeferredEventJson.TryRead(select.Bytes(1), out var deferred))
                    throw new InvalidDataException($"Deferred event {sequence} is damaged.");
                events.Add(new QueuedEvent(sequence, deferred));
            }
            select.Reset();
            return (IReadOnlyList<QueuedEvent>)events;
        }));
    }

    /// <inheritdoc />
    public async ValueTask RemoveAsync(IReadOnlyList<long> sequences, CancellationToken cancellationToken)
    {
        if (sequences.Count == 0)
            return;
        await database.WriteAsync(session =>
        {
            var delete = session.Prepare("DELETE FROM deferred_event WHERE sequence = ?1");
            foreach (var sequence in sequences)
            {
                delete.Bind(1, sequence);
                delete.Run();
            }
            return sequences.Count;
        }, cancellationToken);
    }
}
