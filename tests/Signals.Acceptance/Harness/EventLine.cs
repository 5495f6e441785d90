using System.Globalization;
using System.Text.Json.Nodes;
using Signals.Engine.Events;

namespace Signals.Acceptance.Harness;

/// <summary>One enriched event, written column by column; what a valid line needs is there from the start.</summary>
public sealed class EventLine
{
    private readonly string[] _columns = new string[AtomicColumns.Count];

    public EventLine(DateTimeOffset? time = null, Guid? id = null)
    {
        Array.Fill(_columns, "");
        this["app_id"] = "acceptance";
        this["platform"] = "web";
        this["event_id"] = (id ?? Guid.NewGuid()).ToString();
        this["v_collector"] = "acceptance-1.0.0";
        this["v_etl"] = "acceptance-1.0.0";
        this["event"] = "page_view";
        this["collector_tstamp"] = Text(DateTimeOffset.UtcNow);
        this["derived_tstamp"] = Text(time ?? DateTimeOffset.UtcNow);
        Schema("com.snowplowanalytics.snowplow", "page_view", "1-0-0");
    }

    /// <summary>A column by name.</summary>
    public string this[string column]
    {
        get => _columns[Position(column)];
        set => _columns[Position(column)] = value;
    }

    /// <summary>A timestamp in the form of the line.</summary>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Sets a column and returns the event.</summary>
    public EventLine With(string column, string value)
    {
        this[column] = value;
        return this;
    }

    /// <summary>Makes it a self-describing event.</summary>
    public EventLine Payload(string vendor, string name, string version, JsonNode data)
    {
        this["event"] = "unstruct";
        Schema(vendor, name, version);
        this["unstruct_event"] = new JsonObject
        {
            ["schema"] = "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0",
            ["data"] = SelfDescribing(vendor, name, version, data),
        }.ToJsonString();
        return this;
    }

    /// <summary>Adds an entity, of the tracker or (<paramref name="column"/> <c>derived_contexts</c>) of an enrichment.</summary>
    public EventLine Entity(string vendor, string name, string version, JsonNode data, string column = "contexts")
    {
        var envelope = this[column].Length > 0
            ? JsonNode.Parse(this[column])!
            : new JsonObject { ["schema"] = "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", ["data"] = new JsonArray() };
        envelope["data"]!.AsArray().Add(SelfDescribing(vendor, name, version, data));
        this[column] = envelope.ToJsonString();
        return this;
    }

    /// <inheritdoc />
    public override string ToString() => string.Join('\t', _columns);

    private static JsonObject SelfDescribing(string vendor, string name, string version, JsonNode data) =>
        new() { ["schema"] = $"iglu:{vendor}/{name}/jsonschema/{version}", ["data"] = data };

    private void Schema(string vendor, string name, string version)
    {
        this["event_vendor"] = vendor;
        this["event_name"] = name;
        this["event_format"] = "jsonschema";
        this["event_version"] = version;
    }

    private static int Position(string column) =>
        AtomicColumns.IndexOf(column) is var position and >= 0 ? position : throw new ArgumentException($"There is no column '{column}'.");
}
