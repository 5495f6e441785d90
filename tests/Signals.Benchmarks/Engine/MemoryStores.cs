using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Interventions;

namespace Signals.Benchmarks.Engine;

/// <summary>Profiles in a dictionary: what is measured is the engine, not a disk.</summary>
internal sealed class MemoryProfileStore : IProfileStore
{
    private readonly Dictionary<ProfileKey, StoredProfile> _profiles = [];

    public bool WritesTogether => true;

    public ValueTask<IReadOnlyList<StoredProfile?>> ReadAsync(IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken)
    {
        var found = new StoredProfile?[keys.Count];
        for (var i = 0; i < found.Length; i++)
            found[i] = _profiles.GetValueOrDefault(keys[i]);
        return new(found);
    }

    public ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<ProfileWrite> writes, CancellationToken cancellationToken)
    {
        var tags = new string?[writes.Count];
        Array.Fill(tags, "1");
        for (var i = 0; i < tags.Length; i++)
            _profiles[writes[i].Key] = new StoredProfile(writes[i].State, "1");
        return new(tags);
    }

    public ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken) => new(_profiles.Remove(key));

    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => new(0);

    public ValueTask<ProfilePage> ScanAsync(string attributeKey, string? continuation, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>Fails on the first bad row: a benchmark over broken lines would measure something else.</summary>
internal sealed class NoBadRows : IBadRowStore
{
    public ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The sample holds a bad row: {System.Text.Encoding.UTF8.GetString(rows[0].Json.Span)}");

    public ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken) => new(new Dictionary<string, long>());
}

/// <summary>Fails on the first intervention, and is asked for nothing else.</summary>
internal sealed class NoOutbox : IInterventionOutbox
{
    public ValueTask<int> AppendAsync(IReadOnlyList<InterventionMessage> messages, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The rule {messages[0].Name} came true.");

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadAsync(long afterSequence, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadForTargetsAsync(
        IReadOnlyList<InterventionTarget> targets, long afterSequence, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<OutboxEntry>> ReadNewestAsync(string? name, long beforeSequence, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<long> ReadEndAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask WaitAsync(long afterSequence, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask SaveReceiptsAsync(IReadOnlyList<DeliveryReceipt> receipts, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<DeliveryReceipt>> ReadReceiptsAsync(Guid interventionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask AnnounceHubAsync(string hub, DateTimeOffset until, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ReadHubsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<int> ForgetAsync(InterventionTarget target, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
}
