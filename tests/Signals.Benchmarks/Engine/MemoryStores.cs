using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Benchmarks.Engine;

/// <summary>Profiles in a dictionary: what is measured is the engine, not a disk.</summary>
internal sealed class MemoryProfileStore : IProfileStore
{
    private readonly Dictionary<ProfileKey, StoredProfile> _profiles = [];

    public ValueTask<IReadOnlyList<StoredProfile?>> ReadAsync(IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken) =>
        new([.. keys.Select(key => _profiles.GetValueOrDefault(key))]);

    public ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<ProfileWrite> writes, CancellationToken cancellationToken)
    {
        foreach (var write in writes)
            _profiles[write.Key] = new StoredProfile(write.State, "1");
        return new([.. writes.Select(_ => "1")]);
    }

    public ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken) => new(_profiles.Remove(key));

    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken) => new(0);

    public ValueTask<IReadOnlyList<(ProfileKey Key, StoredProfile Profile)>> ScanAsync(
        string attributeKey, string? afterIdentifier, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
}

/// <summary>Fails on the first bad row: a benchmark over broken lines would measure something else.</summary>
internal sealed class NoBadRows : IBadRowStore
{
    public ValueTask AppendAsync(IReadOnlyList<StoredBadRow> rows, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The sample holds a bad row: {System.Text.Encoding.UTF8.GetString(rows[0].Json.Span)}");

    public ValueTask<IReadOnlyList<StoredBadRow>> ListAsync(int limit, LogPosition? before, string? schemaName, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(CancellationToken cancellationToken) => new(new Dictionary<string, long>());
}
