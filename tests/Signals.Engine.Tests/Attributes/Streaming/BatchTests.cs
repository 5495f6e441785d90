using System.Text;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>What a batch does beside values: accounting, bad rows, change of plan, allocations.</summary>
public sealed class BatchTests
{
    [Fact]
    public async Task Records_in_equal_applied_and_duplicate_and_bad_with_everything_mixed()
    {
        var engine = new EngineUnderTest(Over(AggregationKind.Sum, AttributeType.Int32));
        var random = new Random(5);
        var known = new List<byte[]>();
        var expected = (Applied: 0L, Duplicate: 0L, Bad: 0L, Late: 0L);
        for (var batch = 0; batch < 20; batch++)
        {
            var records = new List<LogRecord>();
            var inBatch = 0;
            for (var i = 0; i < 50; i++)
            {
                var (line, kind) = Record(random, known);
                if (kind == "applied")
                    known.Add(line);
                records.AddRange(engine.Records(0, [line]));
                if (kind == "bad row")
                    records[^1] = records[^1] with { Kind = LogRecordKind.BadRow };
                _ = kind switch
                {
                    "applied" or "unmatched" => expected.Applied++,
                    "late" => expected.Applied++ + expected.Late++,
                    "duplicate" => expected.Duplicate++,
                    _ => expected.Bad++,
                };
                inBatch++;
            }
            var result = await engine.ProcessAsync(records);
            Assert.Equal(inBatch, result.Records);
            Assert.Equal(result.Records, result.Applied + result.Duplicate + result.Bad);
        }

        var totals = engine.Metrics.Totals;
        Assert.Equal((1000, expected.Applied, expected.Duplicate, expected.Bad, expected.Late), (totals.In, totals.Applied, totals.Duplicate, totals.Bad, totals.Late));
        Assert.Equal(expected.Bad, engine.BadRows.Rows.Count);
    }

    [Fact]
    public async Task A_bad_line_becomes_a_bad_row_at_its_position_and_does_not_stop_the_others()
    {
        var engine = new EngineUnderTest(Counter);
        byte[][] lines =
        [
            PageView(1).Build(), "not\tan event"u8.ToArray(), PageView(2).Build(), [], [0xFF, 0xFE], PageView(3).With("derived_tstamp", "yesterday").Build(),
            PageView(4).Build(),
        ];

        var result = await engine.ProcessAsync(engine.Records(3, lines));

        Assert.Equal((3, 4), (result.Applied, result.Bad));
        Assert.Equal("3", await engine.ReadAsync());
        Assert.Equal([1L, 3, 4, 5], engine.BadRows.Rows.Select(row => row.Position.Sequence));
        Assert.All(engine.BadRows.Rows, row => Assert.Equal((3, Noon), (row.Position.Partition, row.RecordedAt)));
        Assert.All(engine.BadRows.Rows, row => Assert.Contains("loader_parsing_error", row.Schema, StringComparison.Ordinal));
        Assert.Contains("yesterday", Encoding.UTF8.GetString(engine.BadRows.Rows[3].Json.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_JSON_that_a_definition_needs_makes_a_bad_row_that_names_the_column()
    {
        var engine = new EngineUnderTest(Over(AggregationKind.Last, AttributeType.String));
        var broken = Thing("1").With("unstruct_event", """{"schema":"iglu:x/y/jsonschema/1-0-0","data":{"schema":"iglu:com.acme/thing/jsonschema/1-0-0","data":{"v":}}}""");

        var result = await engine.ProcessAsync(broken, Thing("2", 1));

        Assert.Equal((1, 1), (result.Applied, result.Bad));
        Assert.Contains("unstruct_event", Encoding.UTF8.GetString(engine.BadRows.Rows[0].Json.Span), StringComparison.Ordinal);
        Assert.Equal("\"2\"", await engine.ReadAsync());
    }

    [Fact]
    public async Task A_record_that_is_a_bad_row_already_is_kept_as_it_is()
    {
        const string json = """{"schema":"iglu:com.snowplowanalytics.snowplow.badrows/tracker_protocol_violations/jsonschema/1-0-1","data":{}}""";
        var engine = new EngineUnderTest(Counter);

        await engine.ProcessAsync([new LogRecord(new LogPosition(0, 9), LogRecordKind.BadRow, Encoding.UTF8.GetBytes(json))]);

        var row = Assert.Single(engine.BadRows.Rows);
        Assert.Equal(json, Encoding.UTF8.GetString(row.Json.Span));
        Assert.Equal("iglu:com.snowplowanalytics.snowplow.badrows/tracker_protocol_violations/jsonschema/1-0-1", row.Schema);
    }

    [Fact]
    public async Task Hostile_lines_never_throw_and_are_all_accounted_for()
    {
        var engine = new EngineUnderTest(
            Over(AggregationKind.CategoryCount, AttributeType.Dict), OverColumn(AggregationKind.UniqueList, AttributeType.StringList, "page_url") with { Name = "b" },
            Over(AggregationKind.Sum, AttributeType.Double) with { Name = "c", Property = new EntityProperty { Vendor = "com.acme", Name = "box", MajorVersion = 1, Path = "v" } });
        var random = new Random(11);
        var template = Thing("[1,\"x\",{\"y\":[true]}]").WithEntity("com.acme", "box", "1-0-0", """{"v":12.5}""").With("page_url", "http://example.com/é").Build();
        var lines = Enumerable.Range(0, 4_000).Select(_ => Damage(random, template)).ToList();

        foreach (var batch in lines.Chunk(500))
        {
            var result = await engine.ProcessAsync(engine.Records(0, batch));
            Assert.Equal(500, result.Applied + result.Duplicate + result.Bad);
        }

        Assert.Equal(engine.Metrics.Totals.Bad, engine.BadRows.Rows.Count);
        Assert.StartsWith("{", await engine.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_plan_takes_effect_with_the_next_batch()
    {
        var engine = new EngineUnderTest(Counter with { Events = [new EventFilter { Name = "page_view" }] });
        await engine.ProcessAsync(PageView(1), Thing("5", 2));
        engine.Definitions.Add(TestDefinitions.Group("g", 2, "user_id", Counter with { Events = [new EventFilter { Name = "thing" }] }));
        Assert.Equal("null", await engine.ReadAsync("g_v2:a"));

        await engine.ProcessAsync(PageView(3), Thing("6", 4), Thing("7", 5));
        Assert.Equal("2", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("2", await engine.ReadAsync("g_v2:a"));

        engine.Definitions.Publish("g", 1, false);
        await engine.ProcessAsync(PageView(6), Thing("8", 7));
        engine.Definitions.Publish("g", 1);
        Assert.Equal("2", await engine.ReadAsync("g_v1:a"));
        Assert.Equal("3", await engine.ReadAsync("g_v2:a"));
    }

    [Fact]
    public async Task Unmatched_events_touch_no_store()
    {
        var engine = new EngineUnderTest(Counter with { Events = [new EventFilter { Name = "nothing" }] });

        var result = await engine.ProcessAsync(PageView(1), Thing("1", 2));

        Assert.Equal((2, 0, 0), (result.Applied, engine.Profiles.ReadCalls, engine.Profiles.WriteCalls));
    }

    [Fact]
    public async Task A_hot_profile_is_read_once_and_written_once_a_batch()
    {
        var engine = new EngineUnderTest(Counter);
        for (var i = 0; i < 5; i++)
            await engine.ProcessAsync(Enumerable.Range(0, 20).Select(_ => PageView(i)));

        Assert.Equal((1, 5), (engine.Profiles.ProfilesRead, engine.Profiles.ProfilesWritten));
    }

    [Fact]
    public async Task An_empty_batch_and_an_empty_plan_are_nothing_special()
    {
        var engine = new EngineUnderTest();

        Assert.Equal(default, await engine.ProcessAsync());
        Assert.Equal(1, (await engine.ProcessAsync(PageView(1))).Applied);
    }

    [Theory]
    [InlineData("an event of a type that no definition wants")]
    [InlineData("an event that fails the criteria")]
    [InlineData("an event without the identifier")]
    public void An_event_that_matches_nothing_allocates_nothing(string kind)
    {
        var definitions = new TestDefinitions().Add(TestDefinitions.Group(Over(AggregationKind.Sum, AttributeType.Int32) with
        {
            Events = [new EventFilter { Name = "thing" }],
            Criteria = new EventCriteria { All = [new EventCriterion { Property = V with { Path = "kind" }, Operator = EventOperator.Equal, Value = TestDefinitions.Json("\"cart\"") }] },
        }));
        var line = kind switch
        {
            "an event of a type that no definition wants" => PageView(),
            "an event that fails the criteria" => Event("com.acme", "thing", "1-0-0", """{"kind":"view","v":1}"""),
            _ => Event("com.acme", "thing", "1-0-0", """{"kind":"cart","v":1}""").With("user_id", ""),
        };
        var record = new LogRecord(new LogPosition(0, 0), LogRecordKind.EnrichedLine, line.WithEntity("com.acme", "box", "1-0-0", """{"a":[1,2,{"b":"c"}]}""").Build());
        var plan = new StreamPlan(definitions.Current, watcher: null);
        var reader = new BatchReader();
        var batch = new EventBatch(default);
        var badRows = new List<StoredBadRow>();

        Allocations.AssertNone(() => reader.Read(record, plan, Noon, batch, badRows, out _));

        Assert.Equal((0, 0), (batch.Profiles.Count, badRows.Count));
    }

    [Fact]
    public async Task More_event_types_than_anybody_has_do_not_disturb_the_one_that_counts()
    {
        var engine = new EngineUnderTest(Counter with { Events = [new EventFilter { Name = "thing" }] });
        foreach (var batch in Enumerable.Range(0, 10_000).Chunk(2_000))
            await engine.ProcessAsync([.. batch.Select(i => Event("com.hostile", $"type{i}", "1-0-0", "{}", i)), Thing("1", batch[0])]);

        Assert.Equal("5", await engine.ReadAsync());
    }

    private static (byte[] Line, string Kind) Record(Random random, List<byte[]> known) => random.Next(7) switch
    {
        0 when known.Count > 0 => (known[^1], "duplicate"),
        1 => (Encoding.UTF8.GetBytes(new string('x', random.Next(100))), "bad"),
        2 => ("""{"schema":"iglu:com.snowplowanalytics.snowplow.badrows/size_violation/jsonschema/1-0-0","data":{}}"""u8.ToArray(), "bad row"),
        3 => (Thing("1").CollectedAt(Noon.AddSeconds(61)).Build(), "late"),
        4 => (PageView().Build(), "unmatched"),
        5 => (Thing("1").With("unstruct_event", """{"schema":"x","data":{"schema":"iglu:com.acme/thing/jsonschema/1-0-0","data":{"v":tru}}}""").Build(), "bad"),
        _ => (Thing("1").Build(), "applied"),
    };

    private static byte[] Damage(Random random, byte[] template)
    {
        var line = template.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(line.Count);
            switch (random.Next(4))
            {
                case 0:
                    line[at] = (byte)random.Next(256);
                    break;
                case 1:
                    line.RemoveRange(at, Math.Min(random.Next(1, 40), line.Count - at));
                    break;
                case 2:
                    line.InsertRange(at, Enumerable.Repeat((byte)"[{\"\\\t9e-"[random.Next(8)], random.Next(1, 200)));
                    break;
                default:
                    line.InsertRange(at, template[random.Next(template.Length)..]);
                    break;
            }
            if (line.Count == 0)
                return [];
        }
        return [.. line];
    }
}
