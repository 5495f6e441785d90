using System.Text;
using System.Text.Json.Nodes;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec enriched-events, section 13.</summary>
public sealed class BadRowTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LogPosition Position = new(1, 42);

    [SampleDataFact("rdb-loader")]
    public void Lines_with_a_wrong_number_of_columns_become_the_bad_rows_of_the_warehouse_loader()
    {
        var expected = SampleData.Lines("rdb-loader/widerow-json.expected-badrows.ndjson").Select(row => JsonNode.Parse(row)!).ToList();
        var bad = BadRowsOf(SampleData.Lines("rdb-loader/widerow-json.input.tsv"));

        Assert.Equal(2, bad.Count);
        foreach (var row in bad)
        {
            row["data"]!["processor"] = expected[0]["data"]!["processor"]!.DeepClone();
            Assert.Contains(expected, candidate => JsonNode.DeepEquals(candidate, row));
        }
    }

    [SampleDataFact("rdb-loader")]
    public void Timestamps_that_no_calendar_has_are_bad_rows()
    {
        var bad = BadRowsOf(SampleData.Lines("rdb-loader/invalid-timestamp.input.tsv"));

        Assert.Equal(2, bad.Count);
        foreach (var row in bad)
            Assert.Equal("Cannot parse key etl_tstamp into datetime", Assert.Single(row["data"]!["failure"]!["errors"]!.AsArray())!["message"]!.ToString());
    }

    [SampleDataTheory("rdb-loader")]
    [InlineData("rdb-loader/custom-contexts.input.tsv", 100)]
    [InlineData("rdb-loader/custom-unstruct.input.tsv", 100)]
    [InlineData("derived-enriched/ecommerce.enriched.tsv", 423)]
    [InlineData("derived-enriched/ecommerce-untyped.enriched.tsv", 410)]
    [InlineData("derived-enriched/web.enriched.tsv", 160)]
    [InlineData("derived-enriched/mobile.enriched.tsv", 130)]
    public void Good_lines_are_all_read_with_their_JSON(string file, int count)
    {
        var lines = SampleData.Lines(file);
        JsonPath.TryParse("id", out var path, out _);
        var projection = new EventProjection([new EventReference(new SchemaSelector("a", "b", 1), path!), new EntityReference(new SchemaSelector("a", "b", 1), 0, path!)]);

        Assert.Equal(count, lines.Count);
        foreach (var line in lines)
        {
            Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched), EnrichedEvent.Explain(line).ToString());
            Assert.True(projection.TryRead(enriched, new SlotValue[2], out var error), error);
        }
    }

    [Fact]
    public void Column_errors_are_listed_with_key_value_and_message()
    {
        var line = new EnrichedLineBuilder().With("txn_id", "x\"y").With("v_etl", "").Build();

        var row = Json(BadRow.FromLine(Position, line, EnrichedEvent.Explain(line), Now));

        Assert.Equal("iglu:com.snowplowanalytics.snowplow.badrows/loader_parsing_error/jsonschema/2-0-0", row["schema"]!.ToString());
        Assert.Equal("signals-functions", row["data"]!["processor"]!["artifact"]!.ToString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", row["data"]!["processor"]!["version"]!.ToString());
        Assert.Equal(
            """{"type":"RowDecodingError","errors":[{"type":"InvalidValue","key":"txn_id","value":"x\u0022y","message":"Cannot parse key txn_id into integer"},{"type":"InvalidValue","key":"v_etl","value":"","message":"Field v_etl cannot be empty"}]}""",
            row["data"]!["failure"]!.ToJsonString());
        Assert.Equal(Encoding.UTF8.GetString(line), row["data"]!["payload"]!.ToString());
    }

    [Theory]
    [InlineData("x", """{"type":"NotTSV"}""")]
    [InlineData("\t", """{"type":"FieldNumberMismatch","fieldCount":2}""")]
    public void Lines_that_are_no_TSV_say_so(string line, string failure) => Assert.Equal(failure, FailureOf(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void Field_counts_end_at_1024_as_their_schema_demands() =>
        Assert.Equal("""{"type":"FieldNumberMismatch","fieldCount":1024}""", FailureOf(Encoding.UTF8.GetBytes(new string('\t', 5000))));

    [Fact]
    public void Compressed_records_are_unhandled_errors() =>
        Assert.StartsWith("""{"type":"RowDecodingError","errors":[{"type":"UnhandledRowDecodingError","message":"The record is compressed with gzip""", FailureOf([0x1F, 0x8B, 8]));

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_replaced()
    {
        var row = BadRow.FromLine(Position, [(byte)'a', 0xFF, 0xC3, (byte)'b'], EnrichedEvent.Explain([0xFF]), Now);

        Assert.Equal("a\uFFFD\uFFFDb", Json(row)["data"]!["payload"]!.ToString());
    }

    [Fact]
    public void Payloads_are_cut_between_characters()
    {
        var row = BadRow.FromLine(Position, Encoding.UTF8.GetBytes(new string('é', 1_000_000)), EnrichedEvent.Explain([]), Now);

        var payload = Json(row)["data"]!["payload"]!.ToString();
        Assert.Equal(BadRow.MaxPayloadBytes / 2, payload.Length);
        Assert.DoesNotContain('\uFFFD', payload);
    }

    [Fact]
    public void Size_violations_keep_a_tenth_of_the_limit()
    {
        var row = JsonNode.Parse(BadRow.SizeViolation(1000, 1234, new string('e', 300), new byte[500].Select(_ => (byte)'x').ToArray(), Now).Span)!["data"]!;

        Assert.Equal("2025-01-01T00:00:00.000Z", row["failure"]!["timestamp"]!.ToString());
        Assert.Equal(1000, (int)row["failure"]!["maximumAllowedSizeBytes"]!);
        Assert.Equal(1234, (int)row["failure"]!["actualSizeBytes"]!);
        Assert.Equal(256, row["failure"]!["expectation"]!.ToString().Length);
        Assert.Equal(new string('x', 100), row["payload"]!.ToString());
    }

    [Fact]
    public void Generic_errors_list_what_is_wrong()
    {
        var row = JsonNode.Parse(BadRow.GenericError(["one", "two \ud800"], "payload"u8, Now).Span)!;

        Assert.Equal("iglu:com.snowplowanalytics.snowplow.badrows/generic_error/jsonschema/1-0-0", row["schema"]!.ToString());
        Assert.Equal(["one", "two \uFFFD"], row["data"]!["failure"]!["errors"]!.AsArray().Select(error => error!.ToString()));
        Assert.Equal("payload", row["data"]!["payload"]!.ToString());
    }

    [Fact]
    public void A_record_that_is_a_bad_row_is_kept_as_it_is()
    {
        var json = BadRow.GenericError(["x"], "y"u8, Now);

        var stored = BadRow.FromRecord(Position, json.Span, Now);

        Assert.Equal((Position, Now), (stored.Position, stored.RecordedAt));
        Assert.Equal("iglu:com.snowplowanalytics.snowplow.badrows/generic_error/jsonschema/1-0-0", stored.Schema);
        Assert.Equal(json.Span, stored.Json.Span);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"schema\":1}")]
    public void A_record_that_is_no_bad_row_is_kept_inside_one(string json)
    {
        var stored = BadRow.FromRecord(Position, Encoding.UTF8.GetBytes(json), Now);

        Assert.Equal("iglu:com.snowplowanalytics.snowplow.badrows/generic_error/jsonschema/1-0-0", stored.Schema);
        Assert.Equal(json, Json(stored)["data"]!["payload"]!.ToString());
    }

    private static List<JsonNode> BadRowsOf(IEnumerable<byte[]> lines) =>
        [.. lines.Where(line => !EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _))
            .Select(line => Json(BadRow.FromLine(Position, line, EnrichedEvent.Explain(line), Now)))];

    private static string FailureOf(byte[] line) => Json(BadRow.FromLine(Position, line, EnrichedEvent.Explain(line), Now))["data"]!["failure"]!.ToJsonString();

    private static JsonNode Json(StoredBadRow row) => JsonNode.Parse(row.Json.Span)!;
}
