using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

public sealed class EnrichedEventTests
{
    private const string Day = "2024-02-29";

    [Fact]
    public void Columns_are_the_bytes_between_the_tabs()
    {
        var line = new EnrichedLineBuilder().With("app_id", "ä").With("user_id", "u1").With("true_tstamp", $"{Day} 00:00:00").Build();

        var enriched = Read(line, new int[AtomicColumns.Count]);

        Assert.Equal("ä"u8, enriched[AtomicColumns.AppId]);
        Assert.Equal("u1"u8, enriched[AtomicColumns.UserId]);
        Assert.True(enriched[AtomicColumns.Contexts].IsEmpty);
        Assert.Equal($"{Day} 00:00:00", Encoding.UTF8.GetString(enriched[130]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(500)]
    public void Columns_are_found_wherever_they_stand(int padding)
    {
        for (var column = 0; column < AtomicColumns.Count; column++)
        {
            if (AtomicColumns.All[column].Type != AtomicColumnType.Text)
                continue;
            var text = new string('x', padding + 1);
            var line = new EnrichedLineBuilder().With(AtomicColumns.All[column].Name, text).Build();
            var fields = Encoding.UTF8.GetString(line).Split('\t');

            var enriched = Read(line, new int[AtomicColumns.Count]);

            for (var i = 0; i < AtomicColumns.Count; i++)
                Assert.Equal(fields[i], Encoding.UTF8.GetString(enriched[i]));
        }
    }

    [Theory]
    [InlineData("2024-02-29 23:59:59", 1709251199_000000)]
    [InlineData("2024-02-29 23:59:59.1", 1709251199_100000)]
    [InlineData("2024-02-29 23:59:59.25", 1709251199_250000)]
    [InlineData("2024-02-29 23:59:59.250", 1709251199_250000)]
    [InlineData("2024-02-29 23:59:59.1234", 1709251199_123400)]
    [InlineData("2024-02-29 23:59:59.123456", 1709251199_123456)]
    [InlineData("2024-02-29 23:59:59.123456789", 1709251199_123456)]
    [InlineData("1970-01-01 00:00:00", 0)]
    [InlineData("1969-12-31 23:59:59.999", -1000)]
    [InlineData("0001-01-01 00:00:00.000", -62135596800_000000)]
    [InlineData("9999-12-31 23:59:59.999999", 253402300799_999999)]
    public void Timestamps_have_zero_to_nine_digits(string text, long microseconds)
    {
        Assert.True(EventTime.TryParse(Encoding.UTF8.GetBytes(text), out var time));
        Assert.Equal(microseconds, time.UnixMicroseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2024-02-29")]
    [InlineData("2023-02-29 00:00:00")]
    [InlineData("1900-02-29 00:00:00")]
    [InlineData("2024-04-31 00:00:00")]
    [InlineData("2024-00-01 00:00:00")]
    [InlineData("2024-13-01 00:00:00")]
    [InlineData("2024-01-00 00:00:00")]
    [InlineData("2024-01-01 24:00:00")]
    [InlineData("2024-01-01 00:60:00")]
    [InlineData("2024-01-01 00:00:60")]
    [InlineData("2024-01-01T00:00:00")]
    [InlineData("2024-01-01 00:00:00Z")]
    [InlineData("2024-01-01 00:00:00.")]
    [InlineData("2024-01-01 00:00:00.12x")]
    [InlineData("2024-01-01 00:00:00.1x")]
    [InlineData("2024-01-01 00:00:00,123")]
    [InlineData("2024-01-01 00:00:00.1234567890")]
    [InlineData("202:-01-01 00:00:00.123")]
    [InlineData("-2006-10-15 09:06:35.493")]
    [InlineData("0000-01-01 09:06:35.493")]
    public void Texts_that_are_no_timestamps_are_refused(string text) => Assert.False(EventTime.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Every_day_of_four_hundred_years_is_read()
    {
        for (var day = new DateTime(1900, 1, 1, 1, 2, 3, 456, DateTimeKind.Utc); day.Year < 2301; day = day.AddDays(1))
        {
            Assert.True(EventTime.TryParse(Encoding.ASCII.GetBytes(day.ToString("yyyy-MM-dd HH:mm:ss.fff")), out var time));
            Assert.Equal(day, time.ToDateTimeOffset().UtcDateTime);
            Assert.Equal(day.ToString("yyyy-MM-dd HH:mm:ss.fff"), time.ToColumnText());
        }
    }

    [Fact]
    public void Event_time_is_derived_tstamp_else_collector_tstamp()
    {
        var with = new EnrichedLineBuilder().With("derived_tstamp", $"{Day} 01:00:00").With("collector_tstamp", $"{Day} 02:00:00").Build();
        var without = new EnrichedLineBuilder().With("derived_tstamp", "").With("collector_tstamp", $"{Day} 02:00:00").Build();

        var ends = new int[AtomicColumns.Count];
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 1, 0, 0, TimeSpan.Zero), Read(with, ends).Time.ToDateTimeOffset());
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 2, 0, 0, TimeSpan.Zero), Read(without, ends).Time.ToDateTimeOffset());
        Assert.Equal(new DateTimeOffset(2024, 2, 29, 2, 0, 0, TimeSpan.Zero), Read(with, ends).CollectorTime.ToDateTimeOffset());
    }

    [Fact]
    public void Event_id_is_a_guid_in_either_case()
    {
        var id = Guid.Parse("0d9f6a52-3c1e-4a7b-8a54-2f1c8f3f7a10");
        var ends = new int[AtomicColumns.Count];

        Assert.Equal(id, Read(new EnrichedLineBuilder().With("event_id", id.ToString()).Build(), ends).EventId);
        Assert.Equal(id, Read(new EnrichedLineBuilder().With("event_id", id.ToString().ToUpperInvariant()).Build(), ends).EventId);
    }

    [Theory]
    [InlineData("collector_tstamp", "", "Field collector_tstamp cannot be empty")]
    [InlineData("event_id", "", "Field event_id cannot be empty")]
    [InlineData("v_collector", "", "Field v_collector cannot be empty")]
    [InlineData("v_etl", "", "Field v_etl cannot be empty")]
    [InlineData("event_id", "0d9f6a52-3c1e-4a7b-8a54-2f1c8f3f7a1", "Cannot parse key event_id into UUID")]
    [InlineData("event_id", "0d9f6a52-3c1e-4a7b-8a54-2f1c8f3f7a1g", "Cannot parse key event_id into UUID")]
    [InlineData("event_id", "0d9f6a52x3c1e-4a7b-8a54-2f1c8f3f7a10", "Cannot parse key event_id into UUID")]
    [InlineData("event_id", "0d9f6a5-23c1e-4a7b-8a54-2f1c8f3f7a10", "Cannot parse key event_id into UUID")]
    [InlineData("txn_id", "1.5", "Cannot parse key txn_id into integer")]
    [InlineData("txn_id", "2147483648", "Cannot parse key txn_id into integer")]
    [InlineData("txn_id", "-2147483649", "Cannot parse key txn_id into integer")]
    [InlineData("txn_id", "99999999999999999999999", "Cannot parse key txn_id into integer")]
    [InlineData("txn_id", "-", "Cannot parse key txn_id into integer")]
    [InlineData("txn_id", " 1", "Cannot parse key txn_id into integer")]
    [InlineData("doc_height", "x", "Cannot parse key doc_height into integer")]
    [InlineData("br_cookies", "2", "Cannot parse key br_cookies into boolean")]
    [InlineData("br_cookies", "true", "Cannot parse key br_cookies into boolean")]
    [InlineData("br_features_pdf", "", null)]
    [InlineData("se_value", "1,5", "Cannot parse key se_value into double")]
    [InlineData("se_value", "NaN", "Cannot parse key se_value into double")]
    [InlineData("se_value", ".", "Cannot parse key se_value into double")]
    [InlineData("se_value", "1E", "Cannot parse key se_value into double")]
    [InlineData("se_value", "1E+", "Cannot parse key se_value into double")]
    [InlineData("geo_latitude", "abc", "Cannot parse key geo_latitude into double")]
    [InlineData("etl_tstamp", "yesterday", "Cannot parse key etl_tstamp into datetime")]
    [InlineData("true_tstamp", "2024", "Cannot parse key true_tstamp into datetime")]
    [InlineData("contexts", "x", "Cannot parse key contexts into JSON")]
    [InlineData("unstruct_event", "[]", "Cannot parse key unstruct_event into JSON")]
    [InlineData("derived_contexts", "{", "Cannot parse key derived_contexts into JSON")]
    public void A_column_that_does_not_fit_its_type_is_named(string column, string value, string? message)
    {
        var line = new EnrichedLineBuilder().With(column, value).Build();

        Assert.Equal(message is null, EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _));
        if (message is null)
            return;
        var failure = EnrichedEvent.Explain(line);
        Assert.Equal(LineFailureKind.RowDecodingError, failure.Kind);
        Assert.Equal(new LineError(column, value, message), Assert.Single(failure.Errors));
    }

    [Theory]
    [InlineData("txn_id", "-2147483648")]
    [InlineData("txn_id", "2147483647")]
    [InlineData("txn_id", "0")]
    [InlineData("se_value", "1E-7")]
    [InlineData("se_value", "-0.5")]
    [InlineData("se_value", "10")]
    [InlineData("tr_total", "99999999999999999999999999999.99999999999999999")]
    [InlineData("geo_longitude", "-122.4124")]
    [InlineData("geo_longitude", "1.0E10")]
    [InlineData("br_cookies", "0")]
    [InlineData("br_cookies", "1")]
    [InlineData("br_colordepth", "no number")]
    [InlineData("domain_sessionid", "no uuid")]
    [InlineData("contexts", "  { }  ")]
    [InlineData("page_title", "\"quoted\" null \\N ü")]
    public void A_column_that_fits_its_type_is_read(string column, string value) =>
        Assert.True(EnrichedEvent.TryRead(new EnrichedLineBuilder().With(column, value).Build(), new int[AtomicColumns.Count], out _));

    [Fact]
    public void All_errors_of_a_line_are_reported_together()
    {
        var line = new EnrichedLineBuilder().With("v_etl", "").With("txn_id", "x").With("contexts", "{]}").Build();

        Assert.False(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _));
        Assert.Equal(["txn_id", "v_etl", "contexts"], EnrichedEvent.Explain(line).Errors.Select(error => error.Key));
    }

    [Theory]
    [InlineData("", LineFailureKind.NotTsv, 1)]
    [InlineData("no tab", LineFailureKind.NotTsv, 1)]
    [InlineData("\t", LineFailureKind.FieldNumberMismatch, 2)]
    public void A_line_with_another_number_of_columns_is_counted(string line, LineFailureKind kind, int columns)
    {
        Assert.False(EnrichedEvent.TryRead(Encoding.UTF8.GetBytes(line), new int[AtomicColumns.Count], out _));
        var failure = EnrichedEvent.Explain(Encoding.UTF8.GetBytes(line));
        Assert.Equal((kind, columns, 0), (failure.Kind, failure.FieldCount, failure.Errors.Count));
    }

    [Theory]
    [InlineData(129)]
    [InlineData(130)]
    [InlineData(132)]
    [InlineData(1000)]
    public void Near_misses_in_the_number_of_columns_are_refused(int columns)
    {
        var line = new byte[columns - 1];
        line.AsSpan().Fill((byte)'\t');

        Assert.False(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _));
        Assert.Equal(columns, EnrichedEvent.Explain(line).FieldCount);
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 1, 2 }, "zstd")]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0 }, "gzip")]
    public void A_compressed_record_is_named_as_such(byte[] record, string compression)
    {
        Assert.False(EnrichedEvent.TryRead(record, new int[AtomicColumns.Count], out _));
        Assert.Contains(compression, Assert.Single(EnrichedEvent.Explain(record).Errors).Message);
    }

    [Fact]
    public void A_line_that_is_not_UTF_8_is_refused_with_the_column()
    {
        var line = new EnrichedLineBuilder().With("page_title", "x").Build();
        line[Array.IndexOf(line, (byte)'x')] = 0xFF;

        Assert.False(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out _));
        Assert.Equal(new LineError("page_title", "\uFFFD", "Cannot parse key page_title into UTF-8 text"), Assert.Single(EnrichedEvent.Explain(line).Errors));
    }

    [Fact]
    public void Reading_a_line_allocates_nothing()
    {
        var line = new EnrichedLineBuilder().With("page_title", "ünïcode").WithEvent("com.acme", "x", "1-0-0", "{}").Build();
        var ends = new int[AtomicColumns.Count];
        Allocations.AssertNone(() =>
        {
            Span<byte> scratch = stackalloc byte[EnrichedEvent.TypeKeyScratch];
            EnrichedEvent.TryRead(line, ends, out var enriched);
            _ = enriched.Time;
            _ = enriched.EventId;
            _ = enriched.TypeKey(scratch);
        });
    }

    private static EnrichedEvent Read(byte[] line, int[] ends)
    {
        Assert.True(EnrichedEvent.TryRead(line, ends, out var enriched));
        return enriched;
    }
}
