namespace Signals.Engine.Definitions;

/// <summary>Templates for any web site.</summary>
internal static class WebTemplates
{
    private static readonly EventFilter PageView = new() { Vendor = "com.snowplowanalytics.snowplow", Name = "page_view", Version = "1-0-0" };

    public static GroupTemplate BasicWeb { get; } = new(
        "Basic web",
        "Page views, pages, and when the first and the last event happened.",
        "web_analytics",
        [
            new()
            {
                Name = "page_views_count",
                Description = "Number of page views.",
                Type = AttributeType.Int32,
                Aggregation = AggregationKind.Counter,
                Events = [PageView],
            },
            new()
            {
                Name = "unique_pages_viewed",
                Description = "Addresses of the pages viewed.",
                Type = AttributeType.StringList,
                Aggregation = AggregationKind.UniqueList,
                Events = [PageView],
                Property = new AtomicProperty { Name = "page_url" },
            },
            Timestamp("first_event_timestamp", "When the first event happened.", AggregationKind.First),
            Timestamp("last_event_timestamp", "When the last event happened.", AggregationKind.Last),
        ]);

    public static GroupTemplate UserAgent { get; } = new(
        "User agent",
        "Device, operating system and browser last used, from the YAUAA enrichment.",
        "web_analytics",
        [
            Agent("last_device_class", "Class of the device last used.", "deviceClass"),
            Agent("last_device_brand", "Brand of the device last used.", "deviceBrand"),
            Agent("last_device_name", "Name of the device last used.", "deviceName"),
            Agent("last_operating_system_class", "Class of the operating system last used.", "operatingSystemClass"),
            Agent("last_operating_system_name", "Name of the operating system last used.", "operatingSystemName"),
            Agent("last_operating_system_version", "Version of the operating system last used.", "operatingSystemVersion"),
            Agent("last_browser_name_version", "Name and version of the browser last used.", "agentNameVersion"),
        ]);

    private static AttributeDefinition Timestamp(string name, string description, AggregationKind aggregation) => new()
    {
        Name = name,
        Description = description,
        Type = AttributeType.String,
        Aggregation = aggregation,
        Property = new AtomicProperty { Name = "derived_tstamp" },
    };

    private static AttributeDefinition Agent(string name, string description, string path) => new()
    {
        Name = name,
        Description = description,
        Type = AttributeType.String,
        Aggregation = AggregationKind.Last,
        Property = new EntityProperty { Vendor = "nl.basjes", Name = "yauaa_context", MajorVersion = 1, Path = path },
    };
}
