using Signals.Engine.Definitions;

namespace Signals.Storage.Sqlite;

/// <summary>Definitions in a SQLite file.</summary>
/// <param name="database">The file.</param>
public sealed class SqliteDefinitionStore(SqliteDatabase database) : IDefinitionStore
{
    private const string Revision = "SELECT value FROM counter WHERE name = 'definition'";

    /// <inheritdoc />
    public ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(0, static (session, _) => session.Number(Revision)));
    }

    /// <inheritdoc />
    public ValueTask<StoredDefinitions> LoadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(0, static (session, _) =>
        {
            var definitions = new List<StoredDefinition>();
            var select = session.Prepare("SELECT kind, name, version, json FROM definition");
            while (select.Step())
                definitions.Add(new StoredDefinition(select.Text(0), select.Text(1), (int)select.Long(2), select.Text(3)));
            select.Reset();
            return new StoredDefinitions(session.Number(Revision), definitions);
        }));
    }

    /// <inheritdoc />
    public async ValueTask<bool> TryWriteAsync(
        long expectedRevision, IReadOnlyList<StoredDefinition> changes, CancellationToken cancellationToken) =>
        await database.WriteAsync(session =>
        {
            if (session.Number(Revision) != expectedRevision)
                return false;
            session.Next("definition");
            foreach (var change in changes)
                Apply(session, change);
            return true;
        }, cancellationToken);

    private static void Apply(SqliteSession session, in StoredDefinition change)
    {
        var statement = session.Prepare(change.Json is null
            ? "DELETE FROM definition WHERE kind = ?1 AND name = ?2 AND version = ?3"
            : "INSERT OR REPLACE INTO definition (kind, name, version, json) VALUES (?1, ?2, ?3, ?4)");
        statement.Bind(1, change.Kind);
        statement.Bind(2, change.Name);
        statement.Bind(3, change.Version);
        if (change.Json is { } json)
            statement.Bind(4, json);
        statement.Run();
    }
}
