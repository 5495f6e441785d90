using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Events with Snowplow IDs, as the resolver puts them into its log.</summary>
internal static class PersonEvents
{
    public const string Key = "snowplow_id";

    /// <summary>The partition of the resolver's log that tests use.</summary>
    public static readonly int Partition = LogPartitions.Resolved(0);

    /// <summary>An engine with a group <c>g</c> on the Snowplow ID.</summary>
    public static EngineUnderTest NewEngine(params AttributeDefinition[] attributes)
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(BuiltInAttributeKeys.All.Single(key => key.Name == Key));
        engine.Definitions.Add(TestDefinitions.Group("g", 1, Key, attributes));
        return engine;
    }

    /// <summary>Puts the identity entity on an event.</summary>
    public static EnrichedLineBuilder Of(this EnrichedLineBuilder line, string snowplowId) =>
        line.WithDerivedEntity("com.snowplowanalytics.snowplow", "identity", "2-0-0", $$"""{"snowplow_id":"{{snowplowId}}","created_at":"2025-01-01T00:00:00.000Z"}""");

    /// <summary>The event that tells that Snowplow IDs have ended in another.</summary>
    public static EnrichedLineBuilder Merge(string survivor, params IEnumerable<string> merged)
    {
        var ids = string.Join(',', merged.Select(id => $"\"{id}\""));
        return new EnrichedLineBuilder().At(TestEvents.Noon)
            .WithEvent("com.snowplowanalytics.snowplow", "identity_merge", "2-0-0", $$"""{"snowplow_id":"{{survivor}}","created_at":"2025-01-01T00:00:00.000Z","merges":[{{ids}}],"merged":[]}""");
    }

    public static Task<BatchResult> ProcessPersonsAsync(this EngineUnderTest engine, params IEnumerable<EnrichedLineBuilder> lines) =>
        engine.ProcessAsync(engine.Records(Partition, lines.Select(line => line.Build())));

    public static Task<string> ReadPersonAsync(this EngineUnderTest engine, string snowplowId, string attribute = "a") =>
        engine.ReadAsync($"g_v1:{attribute}", snowplowId, Key);
}
