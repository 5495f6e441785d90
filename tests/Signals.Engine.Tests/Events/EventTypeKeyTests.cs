using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec enriched-events, section 5.</summary>
public sealed class EventTypeKeyTests
{
    [Fact]
    public void The_type_is_read_from_its_four_columns() =>
        Assert.Equal("com.acme|bought|jsonschema|2-1-3", Key(new EnrichedLineBuilder().WithEvent("com.acme", "bought", "2-1-3", "{}")));

    [Theory]
    [InlineData("page_view", "com.snowplowanalytics.snowplow|page_view|jsonschema|1-0-0")]
    [InlineData("page_ping", "com.snowplowanalytics.snowplow|page_ping|jsonschema|1-0-0")]
    [InlineData("struct", "com.google.analytics|event|jsonschema|1-0-0")]
    [InlineData("transaction", "com.snowplowanalytics.snowplow|transaction|jsonschema|1-0-0")]
    [InlineData("transaction_item", "com.snowplowanalytics.snowplow|transaction_item|jsonschema|1-0-0")]
    [InlineData("something_else", "|page_view|jsonschema|1-0-0")]
    public void The_type_of_a_builtin_event_without_vendor_follows_from_the_event_column(string kind, string key) =>
        Assert.Equal(key, Key(new EnrichedLineBuilder().With("event", kind).With("event_vendor", "")));

    [Theory]
    [InlineData("""{"schema":"iglu:x/y/jsonschema/1-0-0","data":{"schema":"iglu:com.acme/bought/jsonschema/2-1-3","data":{}}}""")]
    [InlineData("""{"data":{"data":{"schema":"iglu:wrong/wrong/wrong/1-0-0"},"schema":"iglu:com.acme\/bought\/jsonschema\/2-1-3"},"schema":"x"}""")]
    public void The_type_of_a_self_describing_event_without_vendor_follows_from_its_payload(string payload) =>
        Assert.Equal("com.acme|bought|jsonschema|2-1-3", Key(Untyped(payload)));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"data":{}}""")]
    [InlineData("""{"data":{"schema":1}}""")]
    [InlineData("""{"data":{"schema":"iglu:com.acme/bought"}}""")]
    [InlineData("""{"data":{"schema":"com.acme/bought/jsonschema/1-0-0"}}""")]
    [InlineData("""{"data":{"schema":"iglu:com.acme/bought/jsonschema/1-0-0}""")]
    [InlineData("""{"data":"schema"}""")]
    public void A_type_that_cannot_be_derived_stays_as_it_is(string payload) => Assert.Equal("|||", Key(Untyped(payload)));

    private static EnrichedLineBuilder Untyped(string payload) =>
        new EnrichedLineBuilder().With("event", "unstruct").With("unstruct_event", payload)
            .With("event_vendor", "").With("event_name", "").With("event_format", "").With("event_version", "");

    private static string Key(EnrichedLineBuilder builder)
    {
        var line = builder.Build();
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));
        return Encoding.UTF8.GetString(enriched.TypeKey(new byte[EnrichedEvent.TypeKeyScratch])).Replace('\t', '|');
    }
}
