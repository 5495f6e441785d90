using Signals.Engine.Interventions;

namespace Signals.Storage.Sqlite;

/// <summary>Rows of one target: the case of its identifier does not matter when it is a UUID.</summary>
internal static class TargetRows
{
    /// <summary>Deletes them from a table with the columns <c>attribute_key</c> and <c>identifier</c>, and says how many there were.</summary>
    public static int Delete(SqliteSession session, string table, InterventionTarget target)
    {
        var exactly = target.TryGetUuid(out _) ? "" : "AND identifier = ?2";
        var delete = session.Prepare($"DELETE FROM {table} WHERE attribute_key = ?1 AND identifier = ?2 COLLATE NOCASE {exactly}");
        delete.Bind(1, target.AttributeKey);
        delete.Bind(2, target.Identifier);
        return delete.Run();
    }
}
