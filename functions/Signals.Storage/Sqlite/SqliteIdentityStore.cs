using System.Buffers;
using System.Buffers.Binary;
using Signals.Engine.Identities;

namespace Signals.Storage.Sqlite;

/// <summary>The identity graph in a SQLite file. A version is the number of the write that made the item.</summary>
/// <param name="database">The file.</param>
public sealed partial class SqliteIdentityStore(SqliteDatabase database) : IAtomicIdentityStore
{
    private const string Counter = "identity";

    private const string Select = "SELECT version, bytes FROM identity_item WHERE kind = ?1 AND id = ?2";

    private const string SelectForChange = "SELECT version, active, type, bytes FROM identity_item WHERE kind = ?1 AND id = ?2";

    private const string Put = "INSERT OR REPLACE INTO identity_item (kind, id, version, steps, active, type, day, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

    private readonly IdentityChangeLog _changes = new();

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredItem?>> ReadAsync(IReadOnlyList<IdentityItemKey> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(keys, static (session, keys) =>
        {
            var found = new StoredItem?[keys.Count];
            var select = session.Prepare(Select);
            Span<byte> id = stackalloc byte[IdBytes];
            for (var i = 0; i < found.Length; i++)
            {
                Bind(select, keys[i], id);
                found[i] = select.Step() ? new StoredItem(IdentityItemCodec.Read(keys[i], select.Span(1)), new ItemVersion(select.Long(0))) : null;
                select.Reset();
            }
            return (IReadOnlyList<StoredItem?>)found;
        }));
    }

    /// <inheritdoc />
    public async ValueTask<ItemVersion?> TryWriteAsync(ItemChange change, CancellationToken cancellationToken) =>
        (await TryWriteTogetherAsync([change], cancellationToken))?.Versions[0];

    /// <inheritdoc />
    public async ValueTask<WrittenTogether?> TryWriteTogetherAsync(IReadOnlyList<ItemChange> changes, CancellationToken cancellationToken)
    {
        var written = await database.WriteAsync(session => Write(session, changes), cancellationToken);
        if (written is not null)
            _changes.Add(written.Before, changes);
        return written;
    }

    /// <inheritdoc />
    public ValueTask<long?> ChangesAsync(long since, ICollection<IdentityItemKey> changed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = database.Read(0, static (session, _) => session.Number($"SELECT value FROM counter WHERE name = '{Counter}'")) + 1;
        return new(since == 0 || _changes.TryName(since, now, changed) ? now : null);
    }

    /// <summary>Writes all, or nothing: every condition is checked before the first write.</summary>
    private static WrittenTogether? Write(SqliteSession session, IReadOnlyList<ItemChange> changes)
    {
        var olds = new Old?[changes.Count];
        for (var i = 0; i < olds.Length; i++)
        {
            olds[i] = Find(session, changes[i].Key);
            if (olds[i]?.Version != changes[i].Expected?.Number)
                return null;
        }
        var before = session.Number($"SELECT value FROM counter WHERE name = '{Counter}'");
        var counts = new CountChanges();
        var bytes = new ArrayBufferWriter<byte>(256);
        var versions = new ItemVersion[changes.Count];
        for (var i = 0; i < versions.Length; i++)
        {
            versions[i] = new ItemVersion(before + 1 + i);
            Apply(session, changes[i], olds[i], versions[i].Number, counts, bytes);
        }
        counts.Save(session);
        var raise = session.Prepare("UPDATE counter SET value = value + ?2 WHERE name = ?1");
        raise.Bind(1, Counter);
        raise.Bind(2, changes.Count);
        raise.Run();
        return new WrittenTogether(versions, before + 1, before + changes.Count + 1);
    }

    private static Old? Find(SqliteSession session, IdentityItemKey key)
    {
        Span<byte> id = stackalloc byte[IdBytes];
        var select = session.Prepare(SelectForChange);
        Bind(select, key, id);
        Old? old = null;
        if (select.Step())
            old = new Old(select.Long(0), (Activity)select.Long(1), select.IsNull(2) ? null : select.Text(2), key.Kind == IdentityItemKind.Identifier ? LinksIn(key, select.Span(3)) : []);
        select.Reset();
        return old;
    }

    private static IReadOnlyList<SnowplowId> LinksIn(IdentityItemKey key, ReadOnlySpan<byte> bytes) => IdentityIndex.Of(IdentityItemCodec.Read(key, bytes)).Profiles;

    private static void Apply(SqliteSession session, in ItemChange change, Old? old, long version, CountChanges counts, ArrayBufferWriter<byte> bytes)
    {
        Span<byte> id = stackalloc byte[IdBytes];
        if (change.Item is not { } item)
        {
            var delete = session.Prepare("DELETE FROM identity_item WHERE kind = ?1 AND id = ?2");
            Bind(delete, change.Key, id);
            delete.Run();
            ChangeLinks(session, change.Key, old?.Links ?? [], []);
            counts.Add(change.Key.Kind, old?.Type, old?.Active, null);
            return;
        }
        var index = IdentityIndex.Of(item);
        var active = ActivityOf(index);
        bytes.ResetWrittenCount();
        IdentityItemCodec.Write(item, bytes);
        var put = session.Prepare(Put);
        Bind(put, change.Key, id);
        put.Bind(3, version);
        put.Bind(4, (index.IsUnfinished ? (long)Steps.Unfinished : 0) | (index.HasPendingMerges ? (long)Steps.Pending : 0));
        put.Bind(5, (long)active);
        if (index.Type is null)
            put.Bind(6, (long?)null);
        else
            put.Bind(6, index.Type);
        put.Bind(7, DayOf(change.Key.Kind, index));
        put.Bind(8, bytes.WrittenSpan);
        put.Run();
        ChangeLinks(session, change.Key, old?.Links ?? [], index.Profiles);
        counts.Add(change.Key.Kind, index.Type, old?.Active, active);
    }

    private static long? DayOf(IdentityItemKind kind, in IdentityIndex index) => kind switch
    {
        IdentityItemKind.Identifier when index.LastSeenDay > 0 => index.LastSeenDay,
        IdentityItemKind.Profile => index.CreatedOnDay,
        _ => null,
    };

    private static void ChangeLinks(SqliteSession session, IdentityItemKey key, IReadOnlyList<SnowplowId> before, IReadOnlyList<SnowplowId> after)
    {
        foreach (var gone in before)
            if (!after.Contains(gone))
                ChangeLink(session, "DELETE FROM identity_link WHERE profile = ?1 AND id = ?2", gone, key);
        foreach (var added in after)
            if (!before.Contains(added))
                ChangeLink(session, "INSERT OR IGNORE INTO identity_link (profile, id) VALUES (?1, ?2)", added, key);
    }

    private static void ChangeLink(SqliteSession session, string sql, SnowplowId profile, IdentityItemKey key)
    {
        Span<byte> bytes = stackalloc byte[IdBytes];
        var statement = session.Prepare(sql);
        statement.Bind(1, ToBytes(profile.High, profile.Low, bytes));
        statement.Bind(2, ToBytes(key.High, key.Low, bytes));
        statement.Run();
    }

    private static Activity ActivityOf(in IdentityIndex index) =>
        !index.IsRoot ? Activity.None : index.IsAnonymous ? Activity.Anonymous : Activity.Person;

    private const int IdBytes = 16;

    private static void Bind(SqliteStatement statement, IdentityItemKey key, Span<byte> id)
    {
        statement.Bind(1, (long)key.Kind);
        statement.Bind(2, ToBytes(key.High, key.Low, id));
    }

    /// <summary>Big-endian, so that SQLite's order of blobs is the order of unsigned numbers.</summary>
    private static ReadOnlySpan<byte> ToBytes(ulong high, ulong low, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return bytes;
    }

    /// <summary>What a change has to know of the item that it replaces.</summary>
    private sealed record Old(long Version, Activity Active, string? Type, IReadOnlyList<SnowplowId> Links);

    /// <summary>Whether a profile stands for itself. The numbers are stored; never renumber.</summary>
    private enum Activity
    {
        None = 0,
        Person = 1,
        Anonymous = 2,
    }

    /// <summary>What is left to do for a profile. The numbers are stored; never renumber.</summary>
    [Flags]
    private enum Steps
    {
        Unfinished = 1,
        Pending = 2,
    }
}
