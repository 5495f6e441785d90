using System.Globalization;
using Signals.Engine.Attributes;

namespace Signals.Storage.Sqlite;

/// <summary>The Profiles Store in a SQLite file. An ETag is the number of the write that made the row.</summary>
/// <param name="database">The file.</param>
/// <param name="time">Clock for expiry.</param>
public sealed class SqliteProfileStore(SqliteDatabase database, TimeProvider time) : IProfileStore
{
    private const string Select =
        "SELECT revision, state FROM profile WHERE attribute_key = ?1 AND identifier = ?2 AND (expires_at IS NULL OR expires_at > ?3)";

    // An expired row counts as no row.
    private const string Insert = """
        INSERT INTO profile (attribute_key, identifier, revision, state, expires_at, expiry_hour) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO UPDATE SET revision = ?3, state = ?4, expires_at = ?5, expiry_hour = ?6 WHERE expires_at <= ?7
        """;

    // Leaves the index on the hour of expiry alone, which is most of the time and most of the cost.
    private const string UpdateInSameHour = """
        UPDATE profile SET revision = ?3, state = ?4, expires_at = ?5
        WHERE attribute_key = ?1 AND identifier = ?2 AND revision = ?7 AND expiry_hour IS ?6
        """;

    private const string Update = """
        UPDATE profile SET revision = ?3, state = ?4, expires_at = ?5, expiry_hour = ?6
        WHERE attribute_key = ?1 AND identifier = ?2 AND revision = ?7
        """;

    private const string RemoveExpired = """
        DELETE FROM profile WHERE (attribute_key, identifier) IN (
            SELECT attribute_key, identifier FROM profile WHERE expiry_hour <= ?1 AND expires_at <= ?2 LIMIT ?3)
        """;

    private const string Scan = """
        SELECT identifier, revision, state FROM profile
        WHERE attribute_key = ?1 AND identifier > ?2 AND (expires_at IS NULL OR expires_at > ?3)
        ORDER BY identifier LIMIT ?4
        """;

    private const long HourMilliseconds = 3_600_000;

    /// <inheritdoc />
    public bool WritesTogether => true;

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<StoredProfile?>> ReadAsync(IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((keys, Now()), static (session, argument) =>
        {
            var (keys, now) = argument;
            var profiles = new StoredProfile?[keys.Count];
            var select = session.Prepare(Select);
            select.Bind(3, now);
            for (var i = 0; i < profiles.Length; i++)
            {
                select.Bind(1, keys[i].AttributeKey);
                select.Bind(2, keys[i].Identifier);
                if (select.Step())
                    profiles[i] = new StoredProfile(select.Bytes(1), ToETag(select.Long(0)));
                select.Reset();
            }
            return (IReadOnlyList<StoredProfile?>)profiles;
        }));
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<ProfileWrite> writes, CancellationToken cancellationToken)
    {
        if (writes.Count == 0)
            return [];
        var now = Now();
        return await database.WriteAsync(session =>
        {
            var revision = session.Next("profile");
            var etag = ToETag(revision);
            var etags = new string?[writes.Count];
            for (var i = 0; i < etags.Length; i++)
                etags[i] = Write(session, writes[i], revision, now) ? etag : null;
            return etags;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken)
    {
        var now = Now();
        return await database.WriteAsync(session =>
        {
            var select = session.Prepare(Select);
            select.Bind(1, key.AttributeKey);
            select.Bind(2, key.Identifier);
            select.Bind(3, now);
            var found = select.Step();
            select.Reset();
            var delete = session.Prepare("DELETE FROM profile WHERE attribute_key = ?1 AND identifier = ?2");
            delete.Bind(1, key.AttributeKey);
            delete.Bind(2, key.Identifier);
            delete.Run();
            return found;
        }, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken)
    {
        var now = Now();
        return await database.WriteAsync(session =>
        {
            var remove = session.Prepare(RemoveExpired);
            remove.Bind(1, now / HourMilliseconds);
            remove.Bind(2, now);
            remove.Bind(3, limit);
            return remove.Run();
        }, cancellationToken);
    }

    /// <inheritdoc />
    /// <remarks>A continuation is the last identifier of the page before.</remarks>
    public ValueTask<ProfilePage> ScanAsync(string attributeKey, string? continuation, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read((attributeKey, continuation, limit, Now()), static (session, argument) =>
        {
            var (attributeKey, after, limit, now) = argument;
            var found = new List<(ProfileKey, StoredProfile)>();
            var scan = session.Prepare(Scan);
            scan.Bind(1, attributeKey);
            scan.Bind(2, after ?? string.Empty);
            scan.Bind(3, now);
            scan.Bind(4, limit);
            while (scan.Step())
                found.Add((new ProfileKey(attributeKey, scan.Text(0)), new StoredProfile(scan.Bytes(2), ToETag(scan.Long(1)))));
            scan.Reset();
            return new ProfilePage(found, found.Count == limit ? found[^1].Item1.Identifier : null);
        }));
    }

    private static bool Write(SqliteSession session, in ProfileWrite write, long revision, long now)
    {
        if (write.ETag is null)
            return Run(session, Insert, write, revision, now);
        return long.TryParse(write.ETag, NumberStyles.None, CultureInfo.InvariantCulture, out var expected)
            && (Run(session, UpdateInSameHour, write, revision, expected) || Run(session, Update, write, revision, expected));
    }

    private static bool Run(SqliteSession session, string sql, in ProfileWrite write, long revision, long condition)
    {
        var expiresAt = write.ExpiresAt?.ToUnixTimeMilliseconds();
        var statement = session.Prepare(sql);
        statement.Bind(1, write.Key.AttributeKey);
        statement.Bind(2, write.Key.Identifier);
        statement.Bind(3, revision);
        statement.Bind(4, write.State.Span);
        statement.Bind(5, expiresAt);
        statement.Bind(6, expiresAt / HourMilliseconds);
        statement.Bind(7, condition);
        return statement.Run() == 1;
    }

    private static string ToETag(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
