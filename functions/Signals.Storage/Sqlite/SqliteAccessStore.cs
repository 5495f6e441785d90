using System.Security.Cryptography;
using Signals.Engine.Access;

namespace Signals.Storage.Sqlite;

/// <summary>API keys and the signing key in a SQLite file that only its owner can read.</summary>
/// <param name="database">The file.</param>
public sealed class SqliteAccessStore(SqliteDatabase database) : IAccessStore
{
    private const string Columns = "SELECT key_id, organization, name, secret_hash, scopes, created_at, revoked_at FROM api_key";

    private const int SigningKeyBytes = 32;

    /// <inheritdoc />
    /// <exception cref="Microsoft.Data.Sqlite.SqliteException">A key pair of this id exists.</exception>
    public async ValueTask AddApiKeyAsync(ApiKey key, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var insert = session.Prepare("INSERT INTO api_key VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
            insert.Bind(1, key.KeyId);
            insert.Bind(2, key.Organization);
            insert.Bind(3, key.Name);
            insert.Bind(4, key.SecretHash.Span);
            insert.Bind(5, string.Join(' ', key.Scopes));
            insert.Bind(6, key.CreatedAt.ToUnixTimeMilliseconds());
            insert.Bind(7, key.RevokedAt?.ToUnixTimeMilliseconds());
            return insert.Run();
        }, cancellationToken);

    /// <inheritdoc />
    public ValueTask<ApiKey?> FindApiKeyAsync(string keyId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(keyId, static (session, keyId) =>
        {
            var select = session.Prepare(Columns + " WHERE key_id = ?1");
            select.Bind(1, keyId);
            var key = select.Step() ? ReadKey(select) : null;
            select.Reset();
            return key;
        }));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ApiKey>> ListApiKeysAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(0, static (session, _) =>
        {
            var keys = new List<ApiKey>();
            var select = session.Prepare(Columns + " ORDER BY created_at, rowid");
            while (select.Step())
                keys.Add(ReadKey(select));
            select.Reset();
            return (IReadOnlyList<ApiKey>)keys;
        }));
    }

    /// <inheritdoc />
    public async ValueTask<bool> RevokeApiKeyAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            var update = session.Prepare("UPDATE api_key SET revoked_at = ?2 WHERE key_id = ?1 AND revoked_at IS NULL");
            update.Bind(1, keyId);
            update.Bind(2, at.ToUnixTimeMilliseconds());
            return update.Run() == 1;
        }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> GetOrCreateSigningKeyAsync(CancellationToken cancellationToken)
    {
        if (database.Read(0, static (session, _) => ReadSigningKey(session)) is { } known)
            return known;
        return await database.WriteAsync(static session =>
        {
            var insert = session.Prepare("INSERT OR IGNORE INTO secret (name, value) VALUES ('signing_key', ?1)");
            insert.Bind(1, RandomNumberGenerator.GetBytes(SigningKeyBytes));
            insert.Run();
            return ReadSigningKey(session)!;
        }, cancellationToken);
    }

    private static byte[]? ReadSigningKey(SqliteSession session)
    {
        var select = session.Prepare("SELECT value FROM secret WHERE name = 'signing_key'");
        var key = select.Step() ? select.Bytes(0) : null;
        select.Reset();
        return key;
    }

    private static ApiKey ReadKey(SqliteStatement row) => new(
        row.Text(0),
        row.Text(1),
        row.Text(2),
        row.Bytes(3),
        row.Text(4).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        DateTimeOffset.FromUnixTimeMilliseconds(row.Long(5)),
        row.IsNull(6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.Long(6)));
}
