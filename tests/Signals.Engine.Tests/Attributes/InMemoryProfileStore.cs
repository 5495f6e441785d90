using System.Globalization;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>
/// A Profiles Store in memory: ETags, expiry, lost races and failures on demand, operations counted. Safe for several threads.
/// </summary>
public sealed class InMemoryProfileStore(TimeProvider time) : IProfileStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Key, string Identifier), Document> _documents = new(KeyOrder);
    private long _revision;

    /// <summary>What an operation that was told to fail throws.</summary>
    public static StoreUnavailableException Failure(string operation) => new("The store in memory", null, new IOException($"told to fail at this {operation}"));

    private static Comparer<(string Key, string Identifier)> KeyOrder { get; } = Comparer<(string Key, string Identifier)>.Create((a, b) =>
        string.CompareOrdinal(a.Key, b.Key) is var order && order != 0 ? order : string.CompareOrdinal(a.Identifier, b.Identifier));

    /// <summary>Asked before each write of a profile: whether another writer was faster. Its change bumps the ETag alone.</summary>
    public Func<ProfileKey, bool> LosesRace { get; set; } = _ => false;

    /// <summary>Asked before each write of a profile: what the store throws instead; null for nothing.</summary>
    public Func<ProfileKey, Exception?> Refuses { get; set; } = _ => null;

    /// <summary>Asked before each call that writes: what goes wrong with it.</summary>
    public Func<StoreFailure> NextWriteFails { get; set; } = () => StoreFailure.None;

    /// <summary>Asked before each call that reads: whether it fails.</summary>
    public Func<bool> NextReadFails { get; set; } = () => false;

    /// <summary>Whether operations give other tasks a chance to run in between.</summary>
    public bool Yields { get; set; }

    public bool WritesTogether { get; set; } = true;

    public int ReadCalls { get; private set; }

    public int WriteCalls { get; private set; }

    public int ProfilesRead { get; private set; }

    public int ProfilesWritten { get; private set; }

    public int LostRaces { get; private set; }

    public int Count
    {
        get
        {
            lock (_lock)
                return _documents.Count;
        }
    }

    /// <summary>The stored bytes of a profile; null when there is none.</summary>
    public ReadOnlyMemory<byte>? StateOf(string attributeKey, string identifier)
    {
        lock (_lock)
            return _documents.TryGetValue((attributeKey, identifier), out var document) ? document.State : null;
    }

    /// <summary>Until when a profile is kept; null for ever.</summary>
    public DateTimeOffset? ExpiryOf(string attributeKey, string identifier)
    {
        lock (_lock)
            return _documents[(attributeKey, identifier)].ExpiresAt;
    }

    /// <summary>Puts bytes in place of a profile.</summary>
    public void Replace(string attributeKey, string identifier, byte[] state)
    {
        lock (_lock)
            _documents[(attributeKey, identifier)] = new Document(state, NextETag(), null);
    }

    public async ValueTask<IReadOnlyList<StoredProfile?>> ReadAsync(IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken)
    {
        if (Yields)
            await Task.Yield();
        lock (_lock)
        {
            ReadCalls++;
            ProfilesRead += keys.Count;
            if (NextReadFails())
                throw Failure("read");
            return [.. keys.Select(key => Find(key) is { } document ? new StoredProfile(document.State, document.ETag) : null)];
        }
    }

    public async ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<ProfileWrite> writes, CancellationToken cancellationToken)
    {
        if (Yields)
            await Task.Yield();
        lock (_lock)
        {
            WriteCalls++;
            var failure = NextWriteFails();
            if (failure == StoreFailure.BeforeWriting)
                throw Failure("write");
            var etags = new List<string?>();
            foreach (var write in writes)
            {
                if (failure == StoreFailure.Halfway && etags.Count >= writes.Count / 2)
                    throw Failure("write");
                etags.Add(failure == StoreFailure.Scattered && etags.Count % 2 == 0 ? null : Write(write));
            }
            return failure is StoreFailure.AfterWriting or StoreFailure.Scattered ? throw Failure("write") : etags;
        }
    }

    public ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken)
    {
        lock (_lock)
            return ValueTask.FromResult(_documents.Remove((key.AttributeKey, key.Identifier)));
    }

    public ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var expired = _documents.Where(entry => IsExpired(entry.Value)).Take(limit).Select(entry => entry.Key).ToList();
            expired.ForEach(key => _documents.Remove(key));
            return ValueTask.FromResult(expired.Count);
        }
    }

    public ValueTask<ProfilePage> ScanAsync(string attributeKey, string? continuation, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var found = _documents
                .Where(entry => entry.Key.Key == attributeKey && !IsExpired(entry.Value)
                    && (continuation is null || string.CompareOrdinal(entry.Key.Identifier, continuation) > 0))
                .Take(limit)
                .Select(entry => (new ProfileKey(attributeKey, entry.Key.Identifier), new StoredProfile(entry.Value.State, entry.Value.ETag)))
                .ToList();
            return ValueTask.FromResult(new ProfilePage(found, found.Count == limit ? found[^1].Item1.Identifier : null));
        }
    }

    private string? Write(in ProfileWrite write)
    {
        if (Refuses(write.Key) is { } refusal)
            throw refusal;
        var known = Find(write.Key);
        if (LosesRace(write.Key))
        {
            LostRaces++;
            if (known is not null)
                _documents[(write.Key.AttributeKey, write.Key.Identifier)] = known with { ETag = NextETag() };
            return null;
        }
        if (known?.ETag != write.ETag)
        {
            LostRaces++;
            return null;
        }
        var document = new Document(write.State.ToArray(), NextETag(), write.ExpiresAt);
        _documents[(write.Key.AttributeKey, write.Key.Identifier)] = document;
        ProfilesWritten++;
        return document.ETag;
    }

    private Document? Find(ProfileKey key) =>
        _documents.TryGetValue((key.AttributeKey, key.Identifier), out var document) && !IsExpired(document) ? document : null;

    private bool IsExpired(Document document) => document.ExpiresAt <= time.GetUtcNow();

    private string NextETag() => (++_revision).ToString(CultureInfo.InvariantCulture);

    private sealed record Document(ReadOnlyMemory<byte> State, string ETag, DateTimeOffset? ExpiresAt);
}

/// <summary>What goes wrong with a call that writes.</summary>
public enum StoreFailure
{
    None,

    /// <summary>Nothing is written.</summary>
    BeforeWriting,

    /// <summary>The first half is written.</summary>
    Halfway,

    /// <summary>Everything is written, but the answer is lost.</summary>
    AfterWriting,

    /// <summary>Every second profile is written, beginning with the second.</summary>
    Scattered,
}
