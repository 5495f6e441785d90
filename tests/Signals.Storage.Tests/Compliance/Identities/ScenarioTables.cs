using System.Text.Json;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>Builds the warehouse tables of a scenario, batch by batch, and compares them with those of the file.</summary>
internal sealed class ScenarioTables
{
    private readonly IdentityTables _tables = new();
    private readonly List<IdentifiedEvent> _events = [];
    private readonly List<MergeEvent> _merges = [];

    public void Add(ResolutionRequest request, ResolutionResult result)
    {
        _events.Add(new IdentifiedEvent(request.EventId, request.AppId, request.Time, result.Id, result.CreatedAt, request.Identifiers));
        _merges.AddRange(result.MergeEvents);
    }

    public void EndBatch()
    {
        _tables.Add(_events, _merges);
        _events.Clear();
        _merges.Clear();
    }

    public void Check(JsonElement expected, IReadOnlyDictionary<string, SnowplowId> ids)
    {
        foreach (var table in expected.EnumerateObject())
            Assert.Equal(Rows(table.Value, ids), RowsOf(table.Name).Order(StringComparer.Ordinal));
    }

    private IEnumerable<string> RowsOf(string table) => table switch
    {
        "snowplow_id_mapping" => _tables.Mapping.Select(row => Row(
            ("snowplow_id", row.Id), ("active_snowplow_id", row.ActiveId), ("merged_at", row.MergedAt))),
        "id_changes" => _tables.Changes.Select(row => Row(
            ("snowplow_id", row.Id),
            ("previous_snowplow_id", row.PreviousId),
            ("effective_at", row.EffectiveAt),
            ("change_type", row.PreviousId is null ? "created" : "merged"),
            ("first_seen_event_id", row.EventId))),
        "id_mapping_scd" => _tables.History().Select(row => Row(
            ("snowplow_id", row.Id),
            ("active_snowplow_id", row.ActiveId),
            ("effective_at", row.EffectiveAt),
            ("superseded_at", row.SupersededAt),
            ("change_type", row.IsMerge ? "merged" : "created"),
            ("is_current", row.SupersededAt is null ? "true" : "false"))),
        "identifier_mapping" => _tables.IdentifierMapping().Select(row => Row(
            ("active_snowplow_id", row.ActiveId),
            ("id_type", row.Type),
            ("id_value", row.Value),
            ("first_seen_at", row.First.At),
            ("last_seen_at", row.Last.At),
            ("first_seen_event_id", row.First.EventId))),
        _ => throw new InvalidDataException($"Table '{table}' is not known."),
    };

    private static string Row(params (string Name, object? Value)[] columns) =>
        string.Join(' ', columns.OrderBy(column => column.Name, StringComparer.Ordinal).Select(column => $"{column.Name}={Text(column.Value)}"));

    private static string Text(object? value) => value switch
    {
        null => "null",
        EventTime time => ScenarioRunner.Text(time),
        _ => value.ToString()!,
    };

    private static IEnumerable<string> Rows(JsonElement rows, IReadOnlyDictionary<string, SnowplowId> ids) => rows.EnumerateArray()
        .Select(row => Row([.. row.EnumerateObject().Select(column => (column.Name, ValueOf(column, ids)))]))
        .Order(StringComparer.Ordinal);

    private static object? ValueOf(JsonProperty column, IReadOnlyDictionary<string, SnowplowId> ids) => column.Value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ when column.Name.EndsWith("snowplow_id", StringComparison.Ordinal) => ids[column.Value.GetString()!],
        _ => column.Value.GetString(),
    };
}
