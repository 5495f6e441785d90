using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Events are written by strangers: what they leave behind is bounded.</summary>
public sealed class BoundsTests
{
    [Theory]
    [InlineData(4_096, 4_096)]
    [InlineData(4_097, 4_096)]
    [InlineData(100_000, 4_096)]
    public async Task Texts_are_kept_to_4096_characters(int length, int kept)
    {
        var text = new string('x', length);

        Assert.Equal(kept + 2, (await ValueAfterAsync(Over(AggregationKind.Last, AttributeType.String), Thing($"\"{text}\""))).Length);
        Assert.Equal(kept + 4, (await ValueAfterAsync(Over(AggregationKind.UniqueList, AttributeType.StringList), Thing($"[\"{text}\"]"))).Length);
    }

    [Fact]
    public async Task A_text_is_not_cut_inside_a_character()
    {
        var text = new string('x', 4_095) + "😀";

        Assert.Equal($"\"{text[..4_095]}\"", await ValueAfterAsync(Over(AggregationKind.Last, AttributeType.String), Thing($"\"{text}\"")));
    }

    [Theory]
    [InlineData(AttributeType.Dict)]
    [InlineData(AttributeType.String)]
    public async Task Objects_of_more_than_16384_characters_cannot_be_used(AttributeType type)
    {
        string Object(int length) => $$"""{"a":"{{new string('x', length - 8)}}"}""";

        Assert.NotEqual("null", await ValueAfterAsync(Over(AggregationKind.First, type), Thing(Object(16_384))));
        Assert.Equal("null", await ValueAfterAsync(Over(AggregationKind.First, type), Thing(Object(16_385))));
    }

    [Fact]
    public async Task The_first_1000_elements_of_an_array_are_observed()
    {
        var attribute = Over(AggregationKind.CategoryCount, AttributeType.Dict);

        Assert.Equal("""{"x":1000}""", await ValueAfterAsync(attribute, Thing($"[{string.Join(',', Enumerable.Repeat("\"x\"", 1_000))},\"y\"]")));
        Assert.Equal("""{"x":1000}""", await ValueAfterAsync(attribute, Thing($"[null,{string.Join(',', Enumerable.Repeat("\"x\"", 50_000))}]")));
    }

    [Fact]
    public async Task Records_that_update_unusually_much_are_processed_in_rounds()
    {
        var engine = new EngineUnderTest([.. Enumerable.Range(0, 20).Select(i =>
            Over(AggregationKind.CategoryCount, AttributeType.Dict) with { Name = $"a{i}", Period = TimeSpan.FromHours(i + 1) })]);
        var array = $"[{string.Join(',', Enumerable.Range(0, 1_000).Select(i => i % 50))}]";
        var records = engine.Records(0, Enumerable.Range(0, 30).Select(i => Thing(array, -i).Build()).Append([1, 2, 3]).Append(PageView().Build()));

        var result = await engine.ProcessAsync(records);

        Assert.Equal(new BatchResult(32, 31, 0, 1, 0), result);
        Assert.Equal((32, 3), (engine.Metrics.Totals.In, engine.Profiles.WriteCalls));
        Assert.Equal(600, TestDefinitions.Json(await engine.ReadAsync("g_v1:a7")).GetProperty("49").GetInt32());
    }
}
