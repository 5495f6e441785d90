using System.Buffers.Binary;
using Signals.Engine.Identities;

namespace Signals.Storage.Sqlite;

/// <summary>Scans of the identity graph, and its counts.</summary>
public sealed partial class SqliteIdentityStore
{
    private const string Columns = "SELECT id, version, bytes FROM identity_item ";

    private const string Page = " AND id > ?2 ORDER BY id LIMIT ?3";

    private const string ProfilePrefix = "profiles";
    private const string ActivePrefix = "active";
    private const string AnonymousPrefix = "anonymous";
    private const string TypePrefix = "type:";

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredItem>> ScanAsync(IdentityScan scan, IdentityItemKey? after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((scan, after, limit), static (session, argument) =>
        {
            var (scan, after, limit) = argument;
            var items = new List<StoredItem>();
            var select = session.Prepare(TextOf(scan.Looks));
            select.Bind(1, (long)scan.Of);
            if (after is { } last)
                select.Bind(2, ToBytes(last.High, last.Low, stackalloc byte[IdBytes]));
            else
                select.Bind(2, ReadOnlySpan<byte>.Empty);
            select.Bind(3, limit);
            BindWanted(select, scan);
            while (select.Step())
            {
                var id = select.Span(0);
                var key = new IdentityItemKey(scan.Of, BinaryPrimitives.ReadUInt64BigEndian(id), BinaryPrimitives.ReadUInt64BigEndian(id[8..]));
                items.Add(new StoredItem(IdentityItemCodec.Read(key, select.Span(2)), new ItemVersion(select.Long(1))));
            }
            select.Reset();
            return (IReadOnlyList<StoredItem>)items;
        }));
    }

    /// <inheritdoc />
    public ValueTask<IdentityCounts> CountAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(0, static (session, _) =>
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            var select = session.Prepare("SELECT name, items FROM identity_count WHERE items > 0");
            while (select.Step())
                counts.Add(select.Text(0), select.Long(1));
            select.Reset();
            var identifiers = counts.Where(count => count.Key.StartsWith(TypePrefix, StringComparison.Ordinal))
                .ToDictionary(count => count.Key[TypePrefix.Length..], count => count.Value);
            return new IdentityCounts(
                identifiers, counts.GetValueOrDefault(ProfilePrefix), counts.GetValueOrDefault(ActivePrefix), counts.GetValueOrDefault(AnonymousPrefix));
        }));
    }

    private static string TextOf(IdentityScanKind looks) => looks switch
    {
        IdentityScanKind.UnfinishedMerges => Columns + "WHERE kind = ?1 AND steps > 0 AND steps & 1" + Page,
        IdentityScanKind.PendingMerges => Columns + "WHERE kind = ?1 AND steps > 0 AND steps & 2" + Page,
        IdentityScanKind.LinkedTo => Columns + "WHERE kind = ?1 AND id IN (SELECT id FROM identity_link WHERE profile = ?4)" + Page,
        IdentityScanKind.LastSeenUntil => Columns + "WHERE kind = ?1 AND type = ?4 AND day <= ?5" + Page,
        IdentityScanKind.CreatedOn => Columns + "WHERE kind = ?1 AND type IS NULL AND day = ?4" + Page,
        _ => Columns + "WHERE kind = ?1" + Page,
    };

    private static void BindWanted(SqliteStatement select, in IdentityScan scan)
    {
        switch (scan.Looks)
        {
            case IdentityScanKind.LinkedTo:
                select.Bind(4, ToBytes(scan.Profile.High, scan.Profile.Low, stackalloc byte[IdBytes]));
                break;
            case IdentityScanKind.LastSeenUntil:
                select.Bind(4, scan.Type ?? "");
                select.Bind(5, scan.Day);
                break;
            case IdentityScanKind.CreatedOn:
                select.Bind(4, scan.Day);
                break;
        }
    }

    /// <summary>What one write does to the counts.</summary>
    private sealed class CountChanges
    {
        private readonly Dictionary<string, long> _changes = new(StringComparer.Ordinal);

        public void Add(IdentityItemKind kind, string? type, Activity? before, Activity? after)
        {
            var items = (after is null ? 0 : 1) - (before is null ? 0 : 1);
            if (kind == IdentityItemKind.Identifier)
                Add(TypePrefix + type, items);
            if (kind != IdentityItemKind.Profile)
                return;
            Add(ProfilePrefix, items);
            Add(ActivePrefix, (after > Activity.None ? 1 : 0) - (before > Activity.None ? 1 : 0));
            Add(AnonymousPrefix, (after == Activity.Anonymous ? 1 : 0) - (before == Activity.Anonymous ? 1 : 0));
        }

        public void Save(SqliteSession session)
        {
            foreach (var (name, items) in _changes)
            {
                var add = session.Prepare("INSERT INTO identity_count (name, items) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET items = items + ?2");
                add.Bind(1, name);
                add.Bind(2, items);
                add.Run();
            }
        }

        private void Add(string name, int items)
        {
            if (items != 0)
                _changes[name] = _changes.GetValueOrDefault(name) + items;
        }
    }
}
