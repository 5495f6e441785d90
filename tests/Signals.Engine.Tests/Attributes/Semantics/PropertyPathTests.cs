using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 14.3: where the value of a property is found.</summary>
public sealed class PropertyPathTests
{
    private const string Data = """{"a":{"b":[{"c":1},{"c":[10,20,[30]]}],"B":"upper","":"x"},"d.e":"dotted","n":null,"deep":{"er":{"still":"here"}}}""";

    [Theory]
    [Trait("Row", "109")]
    [InlineData("a.b[0].c", "1")]
    [InlineData("$.a.b[0].c", "1")]
    [InlineData("a.b[1].c[1]", "20")]
    [InlineData("a.b[1].c[2][0]", "30")]
    [InlineData("a.B", "upper")]
    [InlineData("deep.er.still", "here")]
    [InlineData("a.b[2].c", null)]
    [InlineData("a.b[1].c[3]", null)]
    [InlineData("a.b.c", null)]
    [InlineData("a[0]", null)]
    [InlineData("A.b", null)]
    [InlineData("n", null)]
    [InlineData("n.x", null)]
    [InlineData("missing", null)]
    [InlineData("d.e", null)]
    [InlineData("deep.er.still.more", null)]
    [InlineData("a.b[0].c.x", null)]
    public async Task A_path_walks_members_and_indexes_exactly(string path, string? expected)
    {
        var json = expected is null ? "null" : $"\"{expected}\"";
        var attribute = Over(AggregationKind.Last, AttributeType.String);

        Assert.Equal(json, await ValueAfterAsync(attribute with { Property = V with { Path = path } }, Event("com.acme", "thing", "1-0-0", Data)));
        Assert.Equal(json, await ValueAfterAsync(
            attribute with { Property = new EntityProperty { Vendor = "com.acme", Name = "box", MajorVersion = 1, Path = path } },
            PageView().WithEntity("com.acme", "box", "1-0-0", Data)));
    }

    [Theory]
    [Trait("Row", "16")]
    [InlineData("com.acme", "thing", "1-0-0", "1")]
    [InlineData("com.acme", "thing", "1-2-3", "1")]
    [InlineData("com.acme", "thing", "2-0-0", "null")]
    [InlineData("com.acme", "thing", "10-0-0", "null")]
    [InlineData("com.acme", "thong", "1-0-0", "null")]
    [InlineData("com.acmes", "thing", "1-0-0", "null")]
    public async Task An_event_property_needs_the_vendor_name_and_major_version_of_the_event(string vendor, string name, string version, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.Last, AttributeType.Int32), Event(vendor, name, version, """{"v":1}""")));

    [Theory]
    [Trait("Row", "16")]
    [Trait("Row", "109")]
    [InlineData(0, "\"first\"")]
    [InlineData(1, "\"second\"")]
    [InlineData(2, "\"derived\"")]
    [InlineData(3, "null")]
    public async Task An_entity_property_takes_the_nth_matching_entity_those_of_the_tracker_first(int index, string expected)
    {
        var line = PageView()
            .WithDerivedEntity("com.acme", "box", "1-0-0", """{"v":"derived"}""")
            .WithEntity("com.acme", "other", "1-0-0", """{"v":"no"}""")
            .WithEntity("com.acme", "box", "2-0-0", """{"v":"no"}""")
            .WithEntity("com.acme", "box", "1-0-0", """{"v":"first"}""")
            .WithEntity("com.acme", "box", "1-1-0", """{"v":"second"}""");

        Assert.Equal(expected, await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.String) with
            {
                Property = new EntityProperty { Vendor = "com.acme", Name = "box", MajorVersion = 1, Path = "v", Index = index },
            },
            line));
    }

    [Fact]
    [Trait("Row", "109")]
    public async Task An_entity_without_the_path_still_counts_for_the_index() =>
        Assert.Equal("null", await ValueAfterAsync(
            Over(AggregationKind.Last, AttributeType.String) with { Property = new EntityProperty { Vendor = "com.acme", Name = "box", MajorVersion = 1, Path = "v" } },
            PageView().WithEntity("com.acme", "box", "1-0-0", "{}").WithEntity("com.acme", "box", "1-0-0", """{"v":"second"}""")));

    [Theory]
    [Trait("Row", "16")]
    [InlineData("page_urlpath", "/home", "\"/home\"")]
    [InlineData("se_value", "12.5", "\"12.5\"")]
    [InlineData("event_name", "page_view", "\"page_view\"")]
    [InlineData("refr_dvce_tstamp", "2025-01-01 10:00:00.000", "\"2025-01-01T10:00:00.000Z\"")]
    [InlineData("mkt_medium", "", "null")]
    public async Task An_atomic_property_is_the_column_and_an_empty_column_is_missing(string column, string text, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(OverColumn(AggregationKind.Last, AttributeType.String, column), PageView().With(column, text)));

    [Fact]
    [Trait("Row", "16")]
    public async Task Both_spellings_of_the_referring_device_time_are_one_column() =>
        Assert.Equal("\"2025-01-01T10:00:00.000Z\"", await ValueAfterAsync(
            OverColumn(AggregationKind.Last, AttributeType.String, "refr_device_tstamp"), PageView().With("refr_dvce_tstamp", "2025-01-01 10:00:00")));

    [Fact]
    [Trait("Row", "16")]
    public async Task Attributes_on_many_properties_of_one_event_each_find_their_own()
    {
        var attributes = Enumerable.Range(0, 70)
            .Select(i => Over(AggregationKind.Last, AttributeType.Int32) with { Name = $"a{i}", Property = V with { Path = $"m{i % 7}.x[{i}]" } })
            .ToArray();
        var engine = new EngineUnderTest(attributes);
        var members = Enumerable.Range(0, 7).Select(m => $"\"m{m}\":{{\"x\":[{string.Join(',', Enumerable.Range(0, 70).Select(i => m * 1000 + i))}]}}");

        await engine.ProcessAsync(Event("com.acme", "thing", "1-0-0", $"{{{string.Join(',', members)}}}"));

        for (var i = 0; i < attributes.Length; i++)
            Assert.Equal($"{i % 7 * 1000 + i}", await engine.ReadAsync($"g_v1:a{i}"));
    }
}
