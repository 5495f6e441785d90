using Microsoft.Data.Sqlite;

namespace Signals.Storage.Sqlite;

/// <summary>The tables, as a list of steps. The file remembers in <c>user_version</c> how many it has taken; steps are only ever added.</summary>
internal static class SqliteSchema
{
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO counter VALUES ('profile', 0), ('definition', 0);

        CREATE TABLE log_partition (
            partition INTEGER PRIMARY KEY,
            last_sequence INTEGER NOT NULL,
            checkpoint INTEGER NOT NULL,
            bytes INTEGER NOT NULL);
        INSERT INTO log_partition VALUES (0, -1, -1, 0);
        CREATE TABLE log_chunk (
            partition INTEGER NOT NULL,
            first_sequence INTEGER NOT NULL,
            count INTEGER NOT NULL,
            appended_at INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (partition, first_sequence));
        CREATE TABLE partition_lease (
            partition INTEGER PRIMARY KEY,
            owner TEXT NOT NULL,
            expires_at INTEGER NOT NULL);

        CREATE TABLE profile (
            attribute_key TEXT NOT NULL,
            identifier TEXT NOT NULL,
            revision INTEGER NOT NULL,
            expires_at INTEGER,
            expiry_hour INTEGER,
            state BLOB NOT NULL,
            PRIMARY KEY (attribute_key, identifier)) WITHOUT ROWID;
        CREATE INDEX profile_expiry ON profile (expiry_hour) WHERE expiry_hour IS NOT NULL;

        CREATE TABLE bad_row (
            sequence INTEGER NOT NULL,
            partition INTEGER NOT NULL,
            kind TEXT NOT NULL,
            schema TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            json BLOB NOT NULL,
            UNIQUE (sequence, partition));
        CREATE INDEX bad_row_kind ON bad_row (kind, sequence, partition);
        CREATE TABLE bad_row_count (kind TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE bad_row_kept (rows INTEGER NOT NULL, bytes INTEGER NOT NULL);
        INSERT INTO bad_row_kept VALUES (0, 0);

        CREATE TABLE definition (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            json TEXT NOT NULL,
            PRIMARY KEY (kind, name, version)) WITHOUT ROWID;

        CREATE TABLE api_key (
            key_id TEXT PRIMARY KEY,
            organization TEXT NOT NULL,
            name TEXT NOT NULL,
            secret_hash BLOB NOT NULL,
            scopes TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER);
        CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        """,
        """
        INSERT INTO counter VALUES ('intervention', 0);
        CREATE TABLE intervention (
            sequence INTEGER PRIMARY KEY,
            intervention_id BLOB NOT NULL,
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            attribute_key TEXT NOT NULL,
            identifier TEXT NOT NULL,
            attributes BLOB NOT NULL,
            decision INTEGER NOT NULL,
            wants_receipt INTEGER NOT NULL,
            decided_at INTEGER NOT NULL,
            expires_at INTEGER,
            appended_at INTEGER NOT NULL,
            UNIQUE (intervention_id, attribute_key, identifier));
        CREATE INDEX intervention_target ON intervention (attribute_key, identifier COLLATE NOCASE);
        CREATE INDEX intervention_name ON intervention (name);
        CREATE TABLE intervention_receipt (
            intervention_id BLOB NOT NULL,
            hub TEXT NOT NULL,
            attribute_key TEXT NOT NULL,
            identifier TEXT NOT NULL,
            delivered INTEGER NOT NULL,
            saved_at INTEGER NOT NULL,
            UNIQUE (intervention_id, hub, attribute_key, identifier));
        CREATE TABLE intervention_hub (hub TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE webhook (
            name TEXT PRIMARY KEY,
            description TEXT,
            url TEXT NOT NULL,
            secret TEXT NOT NULL,
            interventions TEXT NOT NULL,
            attribute_keys TEXT NOT NULL,
            max_attempts INTEGER NOT NULL,
            is_published INTEGER NOT NULL,
            cursor INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE webhook_delivery (
            webhook TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            body BLOB NOT NULL,
            expires_at INTEGER,
            attempts INTEGER NOT NULL,
            due_at INTEGER,
            failed_at INTEGER,
            error TEXT,
            PRIMARY KEY (webhook, sequence)) WITHOUT ROWID;
        CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, due_at);
        """,
        """
        ALTER TABLE webhook_delivery ADD COLUMN attribute_key TEXT NOT NULL DEFAULT '';
        ALTER TABLE webhook_delivery ADD COLUMN identifier TEXT NOT NULL DEFAULT '';
        CREATE INDEX webhook_delivery_target ON webhook_delivery (attribute_key, identifier COLLATE NOCASE);
        """,
        """
        INSERT INTO log_partition VALUES (1024, -1, -1, 0);

        INSERT INTO counter VALUES ('identity', 0), ('deferred_event', 0);
        CREATE TABLE identity_item (
            kind INTEGER NOT NULL,
            id BLOB NOT NULL,
            version INTEGER NOT NULL,
            steps INTEGER NOT NULL,
            active INTEGER NOT NULL,
            type TEXT,
            day INTEGER,
            bytes BLOB NOT NULL,
            PRIMARY KEY (kind, id)) WITHOUT ROWID;
        CREATE INDEX identity_item_steps ON identity_item (id, steps) WHERE steps > 0;
        CREATE INDEX identity_item_day ON identity_item (kind, type, day, id) WHERE day IS NOT NULL;
        CREATE TABLE identity_link (profile BLOB NOT NULL, id BLOB NOT NULL, PRIMARY KEY (profile, id)) WITHOUT ROWID;
        CREATE TABLE identity_count (name TEXT PRIMARY KEY, items INTEGER NOT NULL) WITHOUT ROWID;

        CREATE TABLE deferred_event (sequence INTEGER PRIMARY KEY, event BLOB NOT NULL);
        """,
    ];

    /// <summary>Brings a file up to date. Several processes may try at once.</summary>
    /// <exception cref="InvalidDataException">A newer version of the product has written the file.</exception>
    public static void Migrate(string path)
    {
        using var session = SqliteSession.Open(path, cacheKibibytes: 2048);
        session.Execute($"PRAGMA page_size = {SqliteDatabase.PageBytes}");
        SwitchToWriteAheadLog(session);
        if (session.Number("PRAGMA user_version") == Steps.Length)
            return;
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            var taken = session.Number("PRAGMA user_version");
            if (taken > Steps.Length)
            {
                throw new InvalidDataException(
                    $"{path} has schema version {taken}, but this version of the product knows {Steps.Length} at most. Use a newer one.");
            }
            foreach (var step in Steps.Skip((int)taken))
                session.Execute(step);
            session.Execute($"PRAGMA user_version = {Steps.Length}");
            session.Execute("COMMIT");
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }

    /// <summary>SQLite does not wait for its lock here when two processes make the switch at once, so it is tried again.</summary>
    private static void SwitchToWriteAheadLog(SqliteSession session)
    {
        var giveUp = Environment.TickCount64 + (long)SqliteDatabase.BusyTimeout.TotalMilliseconds;
        while (true)
        {
            try
            {
                session.Execute("PRAGMA journal_mode = WAL");
                return;
            }
            catch (SqliteException error) when (error.IsBusy() && Environment.TickCount64 < giveUp)
            {
                Thread.Sleep(5);
            }
        }
    }
}
