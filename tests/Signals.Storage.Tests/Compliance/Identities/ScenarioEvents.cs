using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>Makes requests of the events of a scenario by way of enriched lines, so that filters and hygiene are those of the product.</summary>
internal sealed class ScenarioEvents(IdentityConfiguration configuration)
{
    private static readonly Dictionary<string, (string Schema, string Member)> Entities = new()
    {
        ["apple_idfv"] = ("iglu:com.snowplowanalytics.snowplow/mobile_context/jsonschema/1-0-3", "appleIdfv"),
        ["client_session_user_id"] = ("iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2", "userId"),
    };

    private readonly IdentifierPlan _plan = new(configuration);
    private readonly IdentifierReader _reader = new(new ExtractionMetrics());

    public static DateTimeOffset TimeOf(JsonElement step) =>
        DateTimeOffset.Parse(step.GetProperty("tstamp").GetString()!, CultureInfo.InvariantCulture);

    public ExtractionOutcome Read(JsonElement step, DateTimeOffset now, out ResolutionRequest? request)
    {
        var line = Encoding.UTF8.GetBytes(LineOf(step));
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched), EnrichedEvent.Explain(line).ToString());
        var outcome = _reader.Read(enriched, _plan, now, out request, out _);
        request = request is null ? null : request with { EventId = step.GetProperty("event_id").GetString()! };
        return outcome;
    }

    private static string LineOf(JsonElement step)
    {
        var columns = new string[AtomicColumns.Count];
        Array.Fill(columns, "");
        void Set(string name, string value) => columns[AtomicColumns.IndexOf(name)] = value;

        var time = TimeOf(step).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        Set("event_id", "7c1bd1a4-5d2e-4b3e-9a0c-1f2e3d4c5b6a");
        Set("collector_tstamp", time);
        Set("derived_tstamp", time);
        Set("event", "page_view");
        Set("v_collector", "test");
        Set("v_etl", "test");
        if (step.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
                Set(property.Name, property.Value.GetString() ?? "");
        }
        var entities = new List<object>();
        foreach (var identifier in step.GetProperty("identifiers").EnumerateObject())
        {
            if (identifier.Value.GetString() is not { } value)
                continue;
            if (Entities.TryGetValue(identifier.Name, out var entity))
                entities.Add(new { schema = entity.Schema, data = new Dictionary<string, string> { [entity.Member] = value } });
            else
                Set(identifier.Name, value);
        }
        if (entities.Count > 0)
            Set("contexts", JsonSerializer.Serialize(new { schema = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", data = entities }));
        return string.Join('\t', columns);
    }
}
