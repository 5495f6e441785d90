using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Whatever comes in ends as an event or as a bad row that fits its published schema; nothing throws. A failure names its seed.</summary>
public sealed class HostileInputTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly EventProjection Everything = new(
    [
        .. Enumerable.Range(0, AtomicColumns.Count).Where(column => AtomicColumns.All[column].Type != AtomicColumnType.Json).Select(column => new AtomicReference(column)),
        new EventReference(new SchemaSelector("com.acme", "bought", 1), Path("a")),
        new EventReference(new SchemaSelector("com.acme", "bought", 1), Path("b[1].c")),
        new EntityReference(new SchemaSelector("com.acme", "product", 1), 0, Path("id")),
        new EntityReference(new SchemaSelector("com.acme", "product", 1), 1, Path("nested.x[0]")),
    ]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_bytes_and_damaged_lines_end_as_events_or_bad_rows(int seed)
    {
        var outcomes = new int[3];
        for (var round = 0; round < 1500; round++)
            Run(seed * 100_000 + round, random => outcomes[CheckLine(random.Next(10) == 0 ? RandomBytes(random, random.Next(400)) : Damage(random, GoodLine(random)))]++);
        Assert.All(outcomes, count => Assert.True(count > 10, $"The cases are one-sided: {string.Join(", ", outcomes)}"));
    }

    [Theory]
    [InlineData(1_000_000, "page_title", "x")]
    [InlineData(1_000_000, "contexts", "{")]
    [InlineData(1_000_000, "contexts", "[")]
    [InlineData(1_000_000, "contexts", "\"")]
    [InlineData(1_000_000, "contexts", "\\")]
    [InlineData(300_000, "unstruct_event", """{"data":""")]
    [InlineData(300_000, "derived_contexts", """{"data":[""")]
    [InlineData(1_000_000, "txn_id", "9")]
    [InlineData(1_000_000, "se_value", "9")]
    [InlineData(1_000_000, "event_id", "a")]
    [InlineData(1_000_000, "collector_tstamp", "2")]
    public void Enormous_fields_end_as_events_or_bad_rows(int count, string column, string piece)
    {
        var text = new StringBuilder().Insert(0, piece, count).ToString();
        CheckLine(new EnrichedLineBuilder().With(column, text).Build());
        CheckLine(new EnrichedLineBuilder().With(column, "{" + text + "}").Build());
        CheckLine(new EnrichedLineBuilder().With(column, """{"data":[{"schema":"iglu:com.acme/product/jsonschema/1-0-0","data":{"id":""" + text + "}}]}").Build());
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_and_damaged_canonical_JSON_ends_as_a_line_or_an_error(int seed)
    {
        var outcomes = new int[2];
        for (var round = 0; round < 1500; round++)
            Run(seed * 100_000 + round, random =>
            {
                var line = new ArrayBufferWriter<byte>();
                var read = CanonicalJson.TryToLine(Damage(random, CanonicalOf(GoodLine(random))), line, out var error);
                outcomes[read ? 1 : 0]++;
                Assert.NotEqual(read, error.Length > 0);
                Assert.Equal(read, line.WrittenCount > 0);
                if (read)
                    CheckLine(line.WrittenSpan.ToArray());
            });
        Assert.All(outcomes, count => Assert.True(count > 10, $"The cases are one-sided: {string.Join(", ", outcomes)}"));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Random_and_damaged_requests_end_as_lines_or_bad_rows(int seed)
    {
        var outcomes = new int[2];
        for (var round = 0; round < 800; round++)
            Run(seed * 100_000 + round, random =>
            {
                var records = TrackerProtocolTests.Records(RandomRequest(random));
                Assert.NotEmpty(records);
                foreach (var record in records)
                {
                    outcomes[(int)record.Kind]++;
                    if (record.Kind == LogRecordKind.BadRow)
                        CheckBadRow(record.Payload);
                    else
                        Assert.True(CheckLine(record.Payload.ToArray()) == 2, "The collector wrote a line that cannot be read");
                }
            });
        Assert.All(outcomes, count => Assert.True(count > 10, $"The cases are one-sided: {string.Join(", ", outcomes)}"));
    }

    private static void Run(int seed, Action<Random> check)
    {
        try
        {
            check(new Random(seed));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed} fails: {exception.Message}", exception);
        }
    }

    /// <summary>0: no event, 1: an event with broken JSON, 2: an event.</summary>
    private static int CheckLine(byte[] line)
    {
        if (!EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched))
        {
            var failure = EnrichedEvent.Explain(line);
            Assert.True(failure.Kind != LineFailureKind.RowDecodingError || failure.Errors.Count > 0, "A refused line has no error");
            CheckBadRow(BadRow.FromLine(new LogPosition(0, 0), line, failure, Now).Json);
            return 0;
        }
        _ = enriched.Time.ToDateTimeOffset();
        _ = enriched.CollectorTime.ToDateTimeOffset();
        Assert.NotEqual(Guid.Empty, enriched.EventId);
        Assert.Equal(3, enriched.TypeKey(new byte[EnrichedEvent.TypeKeyScratch]).Count((byte)'\t'));
        try
        {
            using var writer = new Utf8JsonWriter(new ArrayBufferWriter<byte>());
            CanonicalJson.Write(enriched, writer);
        }
        catch (JsonException)
        {
            // documented for broken JSON columns
        }

        var slots = new SlotValue[Everything.Count];
        if (!Everything.TryRead(enriched, slots, out var error))
        {
            CheckBadRow(BadRow.FromLine(new LogPosition(0, 0), line, LineFailure.BrokenJson(error), Now).Json);
            return 1;
        }
        foreach (var slot in slots)
        {
            _ = SlotText.ReadString(slot, line);
            if (slot.Kind is SlotKind.Array or SlotKind.Object or SlotKind.Number && slot.Start > enriched.StartOf(AtomicColumns.Contexts))
                _ = JsonDocument.Parse(slot.Kind == SlotKind.Number ? "0"u8.ToArray() : slot.Bytes(line).ToArray());
        }
        return 2;
    }

    private static void CheckBadRow(ReadOnlyMemory<byte> json)
    {
        var row = JsonNode.Parse(json.Span)!;
        if (IgluSchemas.AreHere)
            Assert.Null(IgluSchemas.FindViolation(row));
    }

    private static byte[] GoodLine(Random random)
    {
        var json = new RandomJson(random);
        var builder = new EnrichedLineBuilder().With("user_id", "ü" + random.Next()).With("txn_id", "5").With("se_value", "1.5").With("br_cookies", "1")
            .With("page_title", new string('t', random.Next(200)));
        if (random.Next(2) == 0)
            builder.WithEvent("com.acme", "bought", "1-0-0", $$$"""{"a":{{{json.Value(3)}}},"b":[1,{"c":{{{json.Value(2)}}}}]}""");
        if (random.Next(2) == 0)
            builder.With("unstruct_event", json.Envelope(entities: false)).With("derived_contexts", json.Envelope(entities: true));
        for (var entities = random.Next(4); entities > 0; entities--)
            builder.WithEntity("com.acme", "product", "1-0-0", $$$"""{"id":{{{json.Value(1)}}},"nested":{"x":[{{{json.Value(3)}}}]}}""");
        if (random.Next(3) == 0)
            builder.With("event_vendor", "");
        return builder.Build();
    }

    private static byte[] CanonicalOf(byte[] line)
    {
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched), EnrichedEvent.Explain(line).ToString());
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            CanonicalJson.Write(enriched, writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Damage(Random random, byte[] text)
    {
        var damaged = text.ToList();
        for (var edits = random.Next(4); edits > 0 && damaged.Count > 0; edits--)
        {
            var place = random.Next(damaged.Count);
            switch (random.Next(6))
            {
                case 0:
                    damaged[place] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.Insert(place, (byte)"\t{}[]\",:\\0 \0"[random.Next(11)]);
                    break;
                case 2:
                    damaged.RemoveAt(place);
                    break;
                case 3 when random.Next(4) == 0:
                    damaged.RemoveRange(place, damaged.Count - place);
                    break;
                case 4:
                    damaged.InsertRange(place, RandomBytes(random, random.Next(10)));
                    break;
                default:
                    damaged[place] = (byte)(damaged[place] ^ 1 << random.Next(7));
                    break;
            }
        }
        return [.. damaged];
    }

    private static CollectorRequest RandomRequest(Random random)
    {
        var path = new[] { "/i", "/com.snowplowanalytics.snowplow/tp2", "/com.snowplowanalytics.iglu/v1", "/x", "/a/b/c" }[Math.Min(random.Next(12), 4) is var pick && pick < 4 ? pick : random.Next(3)];
        var query = random.Next(2) == 0 ? "" : string.Join('&', RandomParameters(random).Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}"));
        if (path.EndsWith("v1", StringComparison.Ordinal) && random.Next(4) > 0)
            query += "&schema=iglu:com.acme/paid/jsonschema/1-0-0";
        var body = new JsonObject
        {
            ["schema"] = "iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4",
            ["data"] = new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ =>
                new JsonObject(RandomParameters(random).Select(parameter => KeyValuePair.Create<string, JsonNode?>(parameter.Key, parameter.Value))))]),
        }.ToJsonString();
        return TrackerProtocolTests.Body("") with
        {
            Method = random.Next(2) == 0 ? "POST" : "GET",
            Path = path,
            Query = random.Next(10) == 0 ? Encoding.Latin1.GetString(Damage(random, Encoding.UTF8.GetBytes(query))) : query,
            Body = random.Next(4) == 0 ? default : random.Next(3) == 0 ? Damage(random, Encoding.UTF8.GetBytes(body)) : Encoding.UTF8.GetBytes(body),
            UserAgent = new string('u', random.Next(10) == 0 ? 5000 : 5),
            Referer = random.Next(2) == 0 ? "" : "http://r.example/\ud800",
            Headers = [.. Enumerable.Repeat(new string('h', 9000), random.Next(6))],
            NetworkUserId = random.Next(20) == 0 ? "nobody" : Guid.NewGuid().ToString(),
        };
    }

    private static Dictionary<string, string> RandomParameters(Random random)
    {
        var json = new RandomJson(random);
        var parameters = new Dictionary<string, string> { ["e"] = new[] { "pv", "se", "ue", "ue", "pp", "tr" }[random.Next(6)], ["p"] = "web", ["tv"] = "t" };
        var names = TrackerParameters.PermittedInBody.ToList();
        for (var i = random.Next(8); i > 0; i--)
            parameters[names[random.Next(names.Count)]] = random.Next(8) switch
            {
                0 => random.Next().ToString(),
                1 => "1",
                2 => "http://a.example:8080/p?utm_source=" + Encoding.Latin1.GetString(RandomBytes(random, 5)),
                3 => Guid.NewGuid().ToString(),
                4 => "\ud83d\t\n\0 ü",
                5 => new string('x', random.Next(6000)),
                6 => "100x100",
                _ => json.Value(3),
            };
        if (random.Next(3) == 0)
            parameters["co"] = json.Envelope(entities: true).Replace("~/com", "x/com");
        if (random.Next(3) == 0)
            parameters["cx"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(json.Envelope(entities: true).Replace("~/com", "x/com")));
        if (random.Next(3) == 0)
            parameters["ue_pr"] = json.Envelope(entities: false).Replace("contexts/", "unstruct_event/").Replace("contexts\\/", "unstruct_event\\/").Replace("~/com", "x/com");
        return parameters;
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static JsonPath Path(string text) => JsonPath.TryParse(text, out var path, out var error) ? path : throw new FormatException(error);
}
