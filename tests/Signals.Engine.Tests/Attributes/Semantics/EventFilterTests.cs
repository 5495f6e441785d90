using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 2.4 and 14.2.</summary>
public sealed class EventFilterTests
{
    private const string Snowplow = "com.snowplowanalytics.snowplow";

    public static TheoryData<string?, string?, string?, string> Filters => new()
    {
        { Snowplow, "page_view", "1-0-0", "page view" },
        { "com.acme", "thing", "1-0-0", "thing 1-0-0" },
        { "com.acme", "thing", "1-0-1", "thing 1-0-1" },
        { "com.acme", "thing", null, "thing 1-0-0, thing 1-0-1" },
        { null, "thing", null, "thing 1-0-0, thing 1-0-1, other vendor's thing" },
        { "com.acme", null, null, "thing 1-0-0, thing 1-0-1" },
        { null, null, "1-0-1", "thing 1-0-1" },
        { null, null, null, "page view, thing 1-0-0, thing 1-0-1, other vendor's thing, struct, page ping" },
        { "com.google.analytics", "event", "1-0-0", "struct" },
        { "com.google.analytics.measurement-protocol", "event", "1-0-0", "struct" },
        { "com.google.analytics.measurement-protocol", "page_view", null, "" },
        { "COM.ACME", "thing", null, "" },
        { "com.acme", "Thing", null, "" },
        { "com.acm", "thing", null, "" },
        { "com.acme", "thin", null, "" },
        { Snowplow, "page_ping", null, "page ping" },
    };

    [Theory]
    [Trait("Row", "19")]
    [MemberData(nameof(Filters))]
    public async Task A_filter_compares_exactly_and_an_absent_member_matches_anything(string? vendor, string? name, string? version, string expected)
    {
        var matched = new List<string>();
        foreach (var (kind, line) in Kinds())
            if (await ValueAfterAsync(Counter with { Events = [new EventFilter { Vendor = vendor, Name = name, Version = version }] }, line) == "1")
                matched.Add(kind);

        Assert.Equal(expected, string.Join(", ", matched));
    }

    [Fact]
    [Trait("Row", "19")]
    public async Task An_empty_list_matches_every_event() =>
        Assert.Equal("6", await ValueAfterAsync(Counter with { Events = [] }, [.. Kinds().Select(kind => kind.Line)]));

    [Fact]
    [Trait("Row", "19")]
    public async Task Several_filters_match_what_any_of_them_matches_once() =>
        Assert.Equal("3", await ValueAfterAsync(
            Counter with { Events = [new EventFilter { Name = "thing", Vendor = "com.acme" }, new EventFilter { Version = "1-0-1" }, new EventFilter { Name = "page_ping" }] },
            [.. Kinds().Select(kind => kind.Line)]));

    [Fact]
    [Trait("Row", "19")]
    public async Task The_type_is_derived_where_a_generator_left_its_columns_empty()
    {
        var line = PageView().With("event_vendor", "").With("event_format", "").With("event_version", "");

        Assert.Equal("1", await ValueAfterAsync(Counter with { Events = [new EventFilter { Vendor = Snowplow, Name = "page_view", Version = "1-0-0" }] }, line));
    }

    [Fact]
    [Trait("Row", "20")]
    public async Task A_specification_id_matches_the_entity_of_the_event()
    {
        const string id = "5a203ef8-939b-4fd1-914e-f12a3dd1a869";
        var attribute = Counter with { Events = [new EventFilter { EventSpecificationId = id }] };

        Assert.Equal("3", await ValueAfterAsync(
            attribute,
            PageView(1).WithEntity(Snowplow, "event_specification", "1-0-0", $$"""{"id":"{{id}}"}"""),
            Thing("1", 2).WithEntity(Snowplow, "web_page", "1-0-0", """{"id":"p"}""").WithEntity(Snowplow, "event_specification", "1-0-3", $$"""{"name":"x","id":"{{id}}"}"""),
            PageView(3).WithEntity(Snowplow, "event_specification", "1-0-0", """{"id":"other"}""").WithDerivedEntity(Snowplow, "event_specification", "1-0-0", $$"""{"id":"{{id}}"}"""),
            PageView(4).WithEntity(Snowplow, "event_specification", "2-0-0", $$"""{"id":"{{id}}"}"""),
            PageView(5).WithEntity("com.acme", "event_specification", "1-0-0", $$"""{"id":"{{id}}"}"""),
            PageView(6).WithEntity(Snowplow, "event_specification", "1-0-0", """{"id":"other"}"""),
            PageView(7)));
    }

    [Fact]
    [Trait("Row", "20")]
    public async Task Specification_ids_and_types_stand_side_by_side_in_one_list() =>
        Assert.Equal("2", await ValueAfterAsync(
            Counter with { Events = [new EventFilter { EventSpecificationId = "abc" }, new EventFilter { Name = "thing" }] },
            PageView(1).WithEntity(Snowplow, "event_specification", "1-0-0", """{"id":"abc"}"""),
            Thing("1", 2),
            PageView(3)));

    private static (string Name, EnrichedLineBuilder Line)[] Kinds() =>
    [
        ("page view", PageView(1)),
        ("thing 1-0-0", Thing("1", 2)),
        ("thing 1-0-1", Event("com.acme", "thing", "1-0-1", "{}", 3)),
        ("other vendor's thing", Event("org.other", "thing", "2-0-0", "{}", 4)),
        ("struct", PageView(5).WithStruct("shop", "add")),
        ("page ping", PageView(6).WithPagePing()),
    ];
}
