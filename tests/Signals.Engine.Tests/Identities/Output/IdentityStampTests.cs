using System.Buffers;
using System.Text;
using System.Text.Json;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 7.1: the identity entity on events.</summary>
public sealed class IdentityStampTests
{
    private const string Snowplow = "com.snowplowanalytics.snowplow";
    private const string Identity = """{"schema":"iglu:com.snowplowanalytics.snowplow/identity/jsonschema/2-0-0","data":{"snowplow_id":"sp_SIITDNRIVNIVBDCHVZCK53ZVDE","created_at":"2024-01-15T10:30:00.123Z"}}""";
    private const string Other = """{"snowplow_id":"sp_AAAAAAAAAAAAAAAAAAAAAAAAAE","created_at":"2020-01-01T00:00:00.000Z"}""";

    [Fact]
    public void Event_without_derived_contexts_gets_the_entity_alone()
    {
        var line = Stamp(Line());

        Assert.Equal(
            $$"""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[{{Identity}}]}""",
            Column(line, "derived_contexts"));
    }

    [Fact]
    public void Entity_comes_first_among_the_derived_contexts()
    {
        var line = Stamp(Line().WithDerivedEntity("com.acme", "score", "1-0-0", """{"n":1}""").WithDerivedEntity("com.acme", "place", "1-0-0", """{"n":2}"""));

        Assert.Equal(["identity", "score", "place"], Names(line, "derived_contexts"));
    }

    [Fact]
    public void Every_other_column_stays_as_it_is()
    {
        var before = Line().With("user_id", "Grüße").WithEntity("com.acme", "product", "1-0-0", """{"id":"x"}""").ToString().Split('\t');
        var after = Stamp(string.Join('\t', before)).Split('\t');

        Assert.Equal(AtomicColumns.Count, after.Length);
        after[AtomicColumns.DerivedContexts] = before[AtomicColumns.DerivedContexts];
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData("2-0-0")]
    [InlineData("1-0-0")]
    public void Identity_that_is_there_already_is_replaced(string version)
    {
        var line = Stamp(Line().WithDerivedEntity("com.acme", "score", "1-0-0", "{}").WithDerivedEntity(Snowplow, "identity", version, Other));

        Assert.Equal(["identity", "score"], Names(line, "derived_contexts"));
        Assert.Contains(Identity, line, StringComparison.Ordinal);
        Assert.DoesNotContain("sp_AAAAAAAAAAAAAAAAAAAAAAAAAE", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_that_a_tracker_sends_is_dropped()
    {
        var line = Stamp(Line().WithEntity(Snowplow, "identity", "2-0-0", Other).WithEntity("com.acme", "identity_card", "1-0-0", """{"data":[1]}"""));

        Assert.Equal(["identity_card"], Names(line, "contexts"));
        Assert.Equal(["identity"], Names(line, "derived_contexts"));
    }

    [Fact]
    public void Contexts_become_empty_when_nothing_else_was_sent()
    {
        var line = Stamp(Line().WithEntity(Snowplow, "identity", "2-0-0", Other));

        Assert.Equal("", Column(line, "contexts"));
    }

    [Fact]
    public void Identity_is_recognised_behind_escapes()
    {
        var spoofed = """{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[ {"data":{"a":"]}"},"schema":"iglu:com.snowplowanalytics.snowplow\/\u0069dentity\/jsonschema\/2-0-0"} , {"schema":"iglu:com.acme/identity/jsonschema/1-0-0","data":{}} ]}""";

        var line = Stamp(Line().With("derived_contexts", spoofed));

        Assert.Equal(["identity", "identity"], Names(line, "derived_contexts"));
        Assert.Contains("com.acme/identity", line, StringComparison.Ordinal);
        Assert.DoesNotContain("u0069", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_list_of_entities_gets_the_entity()
    {
        var line = Stamp(Line().With("derived_contexts", """{"data": [ ], "schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0"}"""));

        Assert.Equal(["identity"], Names(line, "derived_contexts"));
    }

    [Theory]
    [InlineData("""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1"}""")]
    [InlineData("""{"data":{"a":1}}""")]
    [InlineData("""{"data":[{"a":1}}""")]
    [InlineData("""{"data":[{"a":"identity"}{}]}""")]
    public void Broken_entities_are_told(string derived)
    {
        var line = Encoding.UTF8.GetBytes(Line().With("derived_contexts", derived).ToString());
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));

        Assert.False(IdentityStamp.TryWrite(enriched, Result(), false, new ArrayBufferWriter<byte>()));
    }

    [Fact]
    public void Decision_says_why_and_whether_the_id_is_a_fallback()
    {
        var result = Result() with { Outcome = ResolutionOutcome.Fallback, Reasons = ResolutionReasons.HubIdentifier | ResolutionReasons.MergeLimitExceeded };

        var line = Stamp(Line().ToString(), result, writesDecision: true);

        Assert.Equal(["identity", "identity_decision"], Names(line, "derived_contexts"));
        Assert.Contains("""{"reasons":["merge_limit_exceeded","hub_identifier"],"fallback":true}""", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Stamping_an_event_allocates_nothing()
    {
        var line = Encoding.UTF8.GetBytes(Line().WithDerivedEntity("com.acme", "score", "1-0-0", "{}").ToString());
        var ends = new int[AtomicColumns.Count];
        var output = new ArrayBufferWriter<byte>(4096);
        var result = Result();

        Allocations.AssertNone(() =>
        {
            output.ResetWrittenCount();
            EnrichedEvent.TryRead(line, ends, out var enriched);
            IdentityStamp.TryWrite(enriched, result, false, output);
        });
    }

    private static EnrichedLineBuilder Line() => new();

    private static ResolutionResult Result()
    {
        Assert.True(SnowplowId.TryParse("sp_SIITDNRIVNIVBDCHVZCK53ZVDE", out var id));
        var created = new DateTimeOffset(2024, 1, 15, 10, 30, 0, 123, TimeSpan.Zero);
        return new ResolutionResult(id, EventTime.From(created), ResolutionOutcome.Existing, ResolutionReasons.None);
    }

    private static string Stamp(EnrichedLineBuilder line) => Stamp(line.ToString());

    private static string Stamp(string line) => Stamp(line, Result(), writesDecision: false);

    private static string Stamp(string line, ResolutionResult result, bool writesDecision)
    {
        var output = new ArrayBufferWriter<byte>();
        var utf8 = Encoding.UTF8.GetBytes(line);
        Assert.True(EnrichedEvent.TryRead(utf8, new int[AtomicColumns.Count], out var enriched), EnrichedEvent.Explain(utf8).ToString());
        Assert.True(IdentityStamp.TryWrite(enriched, result, writesDecision, output));
        Assert.True(EnrichedEvent.TryRead(output.WrittenSpan, new int[AtomicColumns.Count], out _));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Column(string line, string name) => line.Split('\t')[AtomicColumns.IndexOf(name)];

    private static IEnumerable<string> Names(string line, string column) => JsonDocument.Parse(Column(line, column)).RootElement
        .GetProperty("data").EnumerateArray().Select(entity => entity.GetProperty("schema").GetString()!.Split('/')[1]);
}
