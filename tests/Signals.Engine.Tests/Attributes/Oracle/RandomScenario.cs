using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Random definitions and random events that fit each other well enough for most definitions to see values. Everything follows from the seed.</summary>
internal sealed class RandomScenario(int seed)
{
    public static readonly string[] Users = ["u1", "u2", "u3", ""];

    private static readonly object[] Words = ["red", "green", "Blue", "", "12", "3.5", "-7", "x%y", "é😀", "true", "False", "2025-01-01T11:30:00Z", "2024-12-31 23:00", "2025-01-01T12:30:00+01:00", "1735732800"];

    private static readonly object[] Numbers = [0m, 1m, 2m, -3m, 7.5m, 12.50m, 0.1m, 99.99m, 1000m, -0.25m, 9007199254740993m, 3_000_000_000m, Math.Pow(2, 120), 1735732800123m];

    private static readonly string[] Paths = ["v", "$.tags", "o.n[1]", "o.s", "t", "q", "missing.x", "tags[0]"];

    private static readonly AttributeType[] Scalars =
    [
        AttributeType.String, AttributeType.Int32, AttributeType.Int64, AttributeType.Double, AttributeType.Float, AttributeType.Bool,
        AttributeType.UnixTimestamp, AttributeType.Timestamp, AttributeType.Bytes, AttributeType.Dict,
    ];

    private readonly Random _random = new(seed);

    public Random Random => _random;

    /// <summary>Attributes a0, a1, …; some are equal definitions, with lifetimes of their own.</summary>
    public AttributeDefinition[] Attributes(int count) => [.. Enumerable.Range(0, count).Select(i => Attribute() with { Name = $"a{i}" })];

    /// <summary>Events around an instant: some late by up to an hour, some in the future, some repeated.</summary>
    public List<OracleEvent> Events(int count, DateTimeOffset around)
    {
        var events = new List<OracleEvent>();
        for (var i = 0; i < count; i++)
            events.Add(events.Count > 0 && Chance(0.07) ? Again(Pick(events)) : Event(around));
        return events;
    }

    private AttributeDefinition Attribute()
    {
        var aggregation = Pick(Enum.GetValues<AggregationKind>());
        var periodic = Chance(0.4);
        return new AttributeDefinition
        {
            Name = "",
            Aggregation = aggregation,
            Type = TypeFor(aggregation),
            Events = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Filter())],
            Property = aggregation is AggregationKind.Counter or AggregationKind.TimeSinceFirst or AggregationKind.TimeSinceLast ? null : Property(calculated: true),
            Criteria = Chance(0.35) ? Criteria() : null,
            Period = periodic ? TimeSpan.FromSeconds(Pick([30, 600, 1800, 4000, 86_400])) : null,
            Ttl = !periodic && Chance(0.3) ? TimeSpan.FromMinutes(Pick([1, 7, 60])) : null,
            TimeUnit = aggregation is AggregationKind.TimeSinceFirst or AggregationKind.TimeSinceLast ? Pick(Enum.GetValues<TimeUnit>()) : null,
            DefaultValue = Chance(0.1) && aggregation == AggregationKind.Counter ? TestDefinitions.Json("0") : null,
        };
    }

    private AttributeType TypeFor(AggregationKind aggregation) => aggregation switch
    {
        AggregationKind.UniqueList => Pick(Enum.GetValues<AttributeType>().Where(type => type.ToString().EndsWith("List", StringComparison.Ordinal)).ToArray()),
        AggregationKind.CategoryCount => AttributeType.Dict,
        AggregationKind.First or AggregationKind.Last => Pick(Scalars),
        AggregationKind.MostFrequent or AggregationKind.LeastFrequent => Pick(Scalars[..^1]),
        AggregationKind.TimeSinceFirst or AggregationKind.TimeSinceLast => AttributeType.Double,
        AggregationKind.Counter or AggregationKind.ApproxCountDistinct => Pick([AttributeType.Int32, AttributeType.Int64, AttributeType.Double]),
        _ => Pick([AttributeType.Int32, AttributeType.Int64, AttributeType.Double, AttributeType.Float]),
    };

    private EventFilter Filter() => new()
    {
        Vendor = Chance(0.5) ? "com.acme" : null,
        Name = Chance(0.6) ? Pick(["thing", "page_view", "nothing"]) : null,
        Version = Chance(0.2) ? Pick(["1-0-0", "1-0-2", "2-0-0"]) : null,
    };

    private PropertyDefinition Property(bool calculated)
    {
        DatePart? part = Chance(0.15) ? Pick(Enum.GetValues<DatePart>()) : null;
        return _random.Next(calculated ? 10 : 8) switch
        {
            < 4 => new EventProperty { Vendor = "com.acme", Name = "thing", MajorVersion = Chance(0.8) ? 1 : 2, Path = Pick(Paths), DatePart = part },
            < 6 => new EntityProperty { Vendor = "com.acme", Name = "box", MajorVersion = 1, Path = Pick(["v", "w"]), Index = _random.Next(3), DatePart = part },
            < 8 => new AtomicProperty
            {
                Name = Pick(["page_urlpath", "page_urlport", "tr_total", "br_cookies", "derived_tstamp", "event_name", "app_id", "mkt_medium"]),
                DatePart = part,
            },
            _ => new CalculatedProperty
            {
                Operation = Pick(Enum.GetValues<CalculatedOperation>()),
                Properties = [.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Property(calculated: false))],
                Separator = "/",
            },
        };
    }

    private EventCriteria Criteria() => new()
    {
        All = Chance(0.7) ? [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Criterion())] : null,
        Any = Chance(0.5) ? [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Criterion())] : null,
    };

    private EventCriterion Criterion()
    {
        var op = Pick(Enum.GetValues<EventOperator>());
        string? value = op switch
        {
            EventOperator.IsNull or EventOperator.IsNotNull => null,
            EventOperator.Like => OracleEvent.ToJson(Pick(["%e%", "_ed", "%", "1%", "red", "/p%", "%:30:00Z"])),
            EventOperator.In => OracleEvent.ToJson(Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Operand()).ToArray()),
            _ => OracleEvent.ToJson(Operand()),
        };
        return new EventCriterion { Property = Property(calculated: true), Operator = op, Value = value is null ? null : TestDefinitions.Json(value) };
    }

    private object Operand() => Chance(0.15) ? Chance(0.5) : Chance(0.5) ? Pick(Words) : Pick(Numbers);

    private OracleEvent Event(DateTimeOffset around)
    {
        var collected = around.AddMilliseconds(_random.Next(-1_200_000, 1_200_000));
        var thing = Chance(0.75);
        return new OracleEvent
        {
            Id = NextId(),
            Time = Chance(0.1) ? around.AddSeconds(_random.Next(-90_000, 5000)) : collected.AddMilliseconds(-_random.Next(0, Chance(0.3) ? 3_600_000 : 1000)),
            CollectedAt = collected,
            User = Pick(Users),
            Vendor = thing ? "com.acme" : "com.snowplowanalytics.snowplow",
            Name = thing ? "thing" : "page_view",
            Version = thing ? Pick(["1-0-0", "1-0-0", "1-0-2", "2-0-0"]) : "1-0-0",
            Payload = thing ? Payload() : null,
            Entities = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Entity())],
            Columns = Columns(),
        };
    }

    private OracleEvent Again(OracleEvent e) => e with { CollectedAt = e.CollectedAt.AddSeconds(_random.Next(60)) };

    private Dictionary<string, object?> Payload() => Some(
        ("v", Scalar()), ("tags", Array(3)), ("o", new Dictionary<string, object?> { ["n"] = Array(3), ["s"] = Scalar(), ["deep"] = new object?[] { new Dictionary<string, object?> { ["x"] = "{]" } } }),
        ("t", Pick(Words)), ("q", Pick(Numbers)));

    private OracleEntity Entity() =>
        new("com.acme", Chance(0.8) ? "box" : "bag", Chance(0.8) ? "1-0-0" : "2-0-0", Some(("v", Scalar()), ("w", Chance(0.3) ? Array(2) : Scalar())), Chance(0.3));

    private Dictionary<string, object> Columns()
    {
        var columns = new Dictionary<string, object>();
        if (Chance(0.7))
            columns.Add("page_urlpath", Pick(["/p/1", "/p/2", "/home"]));
        if (Chance(0.5))
            columns.Add("page_urlport", (decimal)Pick([80, 443]));
        if (Chance(0.5))
            columns.Add("tr_total", Pick([10m, 12.50m, 0.01m]));
        if (Chance(0.5))
            columns.Add("br_cookies", Chance(0.5));
        return columns;
    }

    private object? Scalar() => _random.Next(12) switch
    {
        0 => null,
        1 => Chance(0.5),
        2 => new Dictionary<string, object?> { ["a"] = 1m, ["b"] = Pick(Words) },
        3 => Array(2),
        < 7 => Pick(Words),
        _ => Pick(Numbers),
    };

    private object?[] Array(int longest) => [.. Enumerable.Range(0, _random.Next(longest + 1)).Select(_ => _random.Next(8) switch
    {
        0 => null,
        1 => (object?)new object?[] { "nested" },
        2 => Chance(0.5),
        < 5 => Pick(Numbers),
        _ => Pick(Words),
    })];

    private Dictionary<string, object?> Some(params (string Name, object? Value)[] members) =>
        members.Where(_ => Chance(0.75)).ToDictionary(member => member.Name, member => member.Value);

    private Guid NextId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
