using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using Signals.Engine.Events;

namespace Signals.Benchmarks.AzureCost;

/// <summary>
/// The events of a partition: so many visitors at once, in random order, ten seconds between what one of them sends, each gone after a
/// session. The same on every machine.
/// </summary>
internal sealed class VisitorStream(CostScenario scenario, DateTimeOffset start)
{
    /// <summary>Vendor of the events.</summary>
    public const string Vendor = "com.example";

    /// <summary>Name of the events.</summary>
    public const string EventName = "product_view";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly EventLine[] _templates = [.. Enumerable.Range(0, 5).Select(variant => Template(scenario.Attributes, variant))];
    private readonly Random _random = new(1);
    private readonly Visitor[] _visitors = [.. Enumerable.Range(0, scenario.VisitorsAtOnce).Select(id => new Visitor { Id = id })];
    private readonly Queue<int> _together = [];
    private int _nextVisitor = scenario.VisitorsAtOnce;
    private long _sequence;

    /// <summary>The property that an attribute is made from.</summary>
    public static string PropertyName(int attribute) => $"value_{attribute}";

    /// <summary>The next batch.</summary>
    public LogRecord[] Next()
    {
        var records = new LogRecord[scenario.BatchSize];
        for (var i = 0; i < records.Length; i++)
            records[i] = NextRecord();
        return records;
    }

    private LogRecord NextRecord()
    {
        if (_together.Count == 0)
        {
            var slot = _random.Next(_visitors.Length);
            for (var i = 0; i < scenario.EventsTogether; i++)
                _together.Enqueue(slot);
        }
        var visitor = Visit(_together.Dequeue());
        var time = start + Pause * ((double)_sequence / scenario.EventsTogether / scenario.VisitorsAtOnce);
        var line = _templates[_sequence % _templates.Length]
            .With("event_id", new Guid((int)(_sequence >> 32), (short)(_sequence >> 16), (short)_sequence, [1, 2, 3, 4, 5, 6, 7, 8]).ToString())
            .With("domain_userid", string.Create(CultureInfo.InvariantCulture, $"7f3a2c10-5b1d-4e7e-9d2c-{visitor:x12}"))
            .With("collector_tstamp", EventLine.Text(time))
            .With("derived_tstamp", EventLine.Text(time));
        return new LogRecord(new LogPosition(0, _sequence++), LogRecordKind.EnrichedLine, Encoding.UTF8.GetBytes(line.ToString()));
    }

    private static EventLine Template(int attributes, int variant) => new EventLine().Payload(Vendor, EventName, "1-0-0", new JsonObject(
        Enumerable.Range(0, attributes).Select(attribute => KeyValuePair.Create(PropertyName(attribute), (JsonNode?)JsonValue.Create(12.5 * variant + attribute)))));

    private int Visit(int slot)
    {
        ref var visitor = ref _visitors[slot];
        if (visitor.Events == scenario.EventsPerSession)
            visitor = new Visitor { Id = _nextVisitor++ };
        visitor.Events++;
        return visitor.Id;
    }

    private record struct Visitor
    {
        public int Id { get; init; }

        public int Events { get; set; }
    }
}
