using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>A streaming engine with its stores in memory, a clock that a test moves, and the reader behind it.</summary>
internal sealed class EngineUnderTest
{
    private readonly Dictionary<int, long> _sequences = [];

    public EngineUnderTest(params AttributeDefinition[] attributes)
    {
        Profiles = new InMemoryProfileStore(Time);
        if (attributes.Length > 0)
            Definitions.Add(TestDefinitions.Group(attributes));
        Engine = NewEngine();
        Reader = new AttributeReader(Definitions, Profiles, Time);
        Editor = new ProfileEditor(Definitions, Profiles, Time);
    }

    public FakeTimeProvider Time { get; } = new(TestEvents.Noon);

    public TestDefinitions Definitions { get; } = new();

    public InMemoryProfileStore Profiles { get; }

    public InMemoryBadRowStore BadRows { get; } = new();

    /// <summary>Looks on while events are folded; takes effect with the next engine.</summary>
    public ProfileWatcher? Watcher { get; set; }

    public StreamingMetrics Metrics { get; } = new();

    public StreamingEngine Engine { get; private set; }

    public AttributeReader Reader { get; }

    public ProfileEditor Editor { get; }

    /// <summary>The value of attribute <c>a</c> of group <c>g</c> as JSON, after some events of one batch.</summary>
    public static async Task<string> ValueAfterAsync(AttributeDefinition attribute, params EnrichedLineBuilder[] events)
    {
        var engine = new EngineUnderTest(attribute);
        await engine.ProcessAsync(events);
        return await engine.ReadAsync($"g_v1:{attribute.Name}");
    }

    /// <summary>A second engine over the same stores, with nothing in its cache.</summary>
    public StreamingEngine NewEngine(StreamingEngineOptions? options = null) => new(Definitions, Profiles, BadRows, Time, Metrics, Watcher, options);

    /// <summary>Forgets everything that is not stored, as a crash does.</summary>
    public void Restart() => Engine = NewEngine();

    /// <summary>Processes events as the next batch of partition 0.</summary>
    public Task<BatchResult> ProcessAsync(params IEnumerable<EnrichedLineBuilder> events) =>
        ProcessAsync(Records(0, events.Select(line => line.Build())));

    public async Task<BatchResult> ProcessAsync(IReadOnlyList<LogRecord> records) =>
        await Engine.ProcessAsync(records, CancellationToken.None);

    /// <summary>Gives lines the next positions of a partition.</summary>
    public List<LogRecord> Records(int partition, IEnumerable<byte[]> lines)
    {
        var records = new List<LogRecord>();
        foreach (var line in lines)
        {
            var sequence = _sequences.GetValueOrDefault(partition);
            _sequences[partition] = sequence + 1;
            records.Add(new LogRecord(new LogPosition(partition, sequence), LogRecordKind.EnrichedLine, line));
        }
        return records;
    }

    /// <summary>One value as JSON; a refusal throws.</summary>
    public async Task<string> ReadAsync(string attribute = "g_v1:a", string identifier = "u1", string key = TestDefinitions.UserKey)
    {
        var result = await AskAsync(null, [attribute], (key, [identifier]));
        return result.Error is null ? result.Columns[0].Values[0].ToJson() : throw new InvalidOperationException(result.Error);
    }

    /// <summary>How the profiles of an attribute key are laid out under the definitions in force.</summary>
    public KeyPlan PlanOf(string attributeKey) => PublishedDefinitions.From(Definitions.Current).Find(attributeKey)!.Plan;

    public async Task<AttributeReadResult> AskAsync(string? service, IReadOnlyList<string>? attributes, params (string Key, string[] Identifiers)[] keys) =>
        await Reader.ReadAsync(
            new AttributeReadRequest(service, attributes, keys.ToDictionary(key => key.Key, key => (IReadOnlyList<string>)key.Identifiers), false),
            CancellationToken.None);
}
