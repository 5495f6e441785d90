using System.Globalization;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>
/// Builds enriched lines. Without further calls: a page view of 2025-01-01 with a new event id and nothing else but the mandatory columns.
/// </summary>
public sealed class EnrichedLineBuilder
{
    private const string SnowplowVendor = "com.snowplowanalytics.snowplow";

    private readonly string[] _columns = [.. Enumerable.Repeat("", AtomicColumns.Count)];
    private readonly List<string> _entities = [];
    private readonly List<string> _derivedEntities = [];

    public EnrichedLineBuilder()
    {
        With("app_id", "shop").With("platform", "web").With("event_id", Guid.NewGuid().ToString());
        With("v_collector", "test-1.0.0").With("v_etl", "test-1.0.0");
        With("event", "page_view").WithEventType(SnowplowVendor, "page_view", "1-0-0");
        At(new DateTimeOffset(2025, 1, 1, 0, 0, 1, 180, TimeSpan.Zero));
    }

    /// <summary>Sets any column by name, as it stands in the line.</summary>
    public EnrichedLineBuilder With(string column, string value)
    {
        var position = AtomicColumns.IndexOf(column);
        if (position < 0)
            throw new ArgumentException($"There is no column {column}", nameof(column));
        _columns[position] = value;
        return this;
    }

    /// <summary>Sets <c>derived_tstamp</c> and <c>collector_tstamp</c>.</summary>
    public EnrichedLineBuilder At(DateTimeOffset time) => With("derived_tstamp", Text(time)).CollectedAt(time);

    /// <summary>Sets <c>collector_tstamp</c> alone.</summary>
    public EnrichedLineBuilder CollectedAt(DateTimeOffset time) => With("collector_tstamp", Text(time));

    /// <summary>Makes it a self-describing event.</summary>
    public EnrichedLineBuilder WithEvent(string vendor, string name, string version, string json) =>
        With("event", "unstruct")
            .WithEventType(vendor, name, version)
            .With("unstruct_event", $$"""{"schema":"iglu:{{SnowplowVendor}}/unstruct_event/jsonschema/1-0-0","data":{{SelfDescribing(vendor, name, version, json)}}}""");

    /// <summary>Makes it a struct event.</summary>
    public EnrichedLineBuilder WithStruct(string category, string action, string? label = null, string? property = null, double? value = null) =>
        With("event", "struct").WithEventType("com.google.analytics", "event", "1-0-0")
            .With("se_category", category).With("se_action", action).With("se_label", label ?? "").With("se_property", property ?? "")
            .With("se_value", value?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <summary>Makes it a page ping.</summary>
    public EnrichedLineBuilder WithPagePing() => With("event", "page_ping").WithEventType(SnowplowVendor, "page_ping", "1-0-0");

    /// <summary>Adds an entity of the tracker.</summary>
    public EnrichedLineBuilder WithEntity(string vendor, string name, string version, string json)
    {
        _entities.Add(SelfDescribing(vendor, name, version, json));
        return With("contexts", Contexts(_entities));
    }

    /// <summary>Adds an entity of an enrichment.</summary>
    public EnrichedLineBuilder WithDerivedEntity(string vendor, string name, string version, string json)
    {
        _derivedEntities.Add(SelfDescribing(vendor, name, version, json));
        return With("derived_contexts", Contexts(_derivedEntities));
    }

    /// <summary>The line in UTF-8, without a line end.</summary>
    public byte[] Build() => Encoding.UTF8.GetBytes(ToString());

    public override string ToString() => string.Join('\t', _columns);

    private EnrichedLineBuilder WithEventType(string vendor, string name, string version) =>
        With("event_vendor", vendor).With("event_name", name).With("event_format", "jsonschema").With("event_version", version);

    private static string Contexts(List<string> entities) =>
        $$"""{"schema":"iglu:{{SnowplowVendor}}/contexts/jsonschema/1-0-1","data":[{{string.Join(',', entities)}}]}""";

    private static string SelfDescribing(string vendor, string name, string version, string json) =>
        $$"""{"schema":"iglu:{{vendor}}/{{name}}/jsonschema/{{version}}","data":{{json}}}""";

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
}
