using Signals.Engine.Definitions;
using static Signals.Engine.Tests.Attributes.EngineUnderTest;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>The table of spec signals-api 14.6, row by row.</summary>
[Trait("Row", "108")]
public sealed class TypeCoercionTests
{
    [Theory]
    [InlineData("3.9", "3")]
    [InlineData("-3.9", "-3")]
    [InlineData("2147483648", "2147483647")]
    [InlineData("-2147483649", "-2147483648")]
    [InlineData("1e300", "2147483647")]
    [InlineData("-1e300", "-2147483648")]
    [InlineData("\"12\"", "12")]
    [InlineData("\"12.7\"", "12")]
    [InlineData("\"1e2\"", "100")]
    [InlineData("\"12 apples\"", "null")]
    [InlineData("\"\"", "null")]
    [InlineData("\"-\"", "null")]
    [InlineData("\"NaN\"", "null")]
    [InlineData("true", "null")]
    public Task Int32_truncates_toward_zero_and_saturates(string json, string expected) => Reads(AttributeType.Int32, json, expected);

    [Theory]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("9223372036854775808", "9223372036854775807")]
    [InlineData("-9223372036854775809", "-9223372036854775808")]
    [InlineData("1e19", "9223372036854775807")]
    [InlineData("-1e19", "-9223372036854775808")]
    [InlineData("123456789012345678.9", "123456789012345678")]
    [InlineData("\"x\"", "null")]
    public Task Int64_truncates_toward_zero_and_saturates(string json, string expected) => Reads(AttributeType.Int64, json, expected);

    [Theory]
    [InlineData("250", "250.0")]
    [InlineData("0.1", "0.1")]
    [InlineData("-0.0", "0.0")]
    [InlineData("1e21", "1E+21")]
    [InlineData("1e-9", "1E-09")]
    [InlineData("0.30000000000000004", "0.30000000000000004")]
    [InlineData("0.12345678901234567", "0.12345678901234566")]
    [InlineData("0.98765432109876543", "0.9876543210987654")]
    [InlineData("3.1415926535897932385", "3.141592653589793")]
    [InlineData("12345678.123456789123456789", "12345678.12345679")]
    [InlineData("4.9406564584124654e-324", "5E-324")]
    [InlineData("0.00000000000000000000000000000000000012", "1.2E-37")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157E+308")]
    [InlineData("1e999", "null")]
    [InlineData("\"2.5\"", "2.5")]
    [InlineData("\"Infinity\"", "null")]
    [InlineData("false", "null")]
    public Task Double_keeps_64_bits_and_shows_that_it_is_no_integer(string json, string expected) => Reads(AttributeType.Double, json, expected);

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("16777217", "16777216.0")]
    [InlineData("1e39", "null")]
    [InlineData("-5", "-5.0")]
    public Task Float_keeps_32_bits(string json, string expected) => Reads(AttributeType.Float, json, expected);

    [Theory]
    [InlineData("\"a\\u00e9 \\ud83d\\ude00\"", "\"aé \\uD83D\\uDE00\"")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("12", "\"12\"")]
    [InlineData("12.50", "\"12.5\"")]
    [InlineData("5.0", "\"5\"")]
    [InlineData("1e2", "\"100\"")]
    [InlineData("1e300", "\"1E+300\"")]
    [InlineData("true", "\"true\"")]
    [InlineData("false", "\"false\"")]
    [InlineData("\"\\ud800\"", "\"�\"")]
    public Task String_is_the_text_of_the_scalar(string json, string expected) => Reads(AttributeType.String, json, expected);

    [Theory]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("0", "false")]
    [InlineData("0.0", "false")]
    [InlineData("-2", "true")]
    [InlineData("1e-300", "true")]
    [InlineData("\"true\"", "true")]
    [InlineData("\"false\"", "false")]
    [InlineData("\"1\"", "true")]
    [InlineData("\"0\"", "false")]
    [InlineData("\"2\"", "null")]
    [InlineData("\"yes\"", "null")]
    [InlineData("{\"a\":1}", "null")]
    public Task Bool_takes_booleans_numbers_and_four_texts(string json, string expected) => Reads(AttributeType.Bool, json, expected);

    [Theory]
    [InlineData("\"2026-04-09T14:23:01.700Z\"", "1775744581")]
    [InlineData("\"2026-04-09T16:23:01+02:00\"", "1775744581")]
    [InlineData("\"2026-04-09 14:23:01\"", "1775744581")]
    [InlineData("1775744581", "1775744581")]
    [InlineData("1775744581999", "1775744581")]
    [InlineData("1775744581.9", "1775744581")]
    [InlineData("\"1775744581\"", "1775744581")]
    [InlineData("-1", "-1")]
    [InlineData("\"1969-12-31T23:59:58.500Z\"", "-2")]
    [InlineData("1e18", "null")]
    [InlineData("true", "null")]
    [InlineData("\"tomorrow\"", "null")]
    [InlineData("\"2026-02-30T00:00:00Z\"", "null")]
    public Task Unix_timestamp_is_whole_seconds(string json, string expected) => Reads(AttributeType.UnixTimestamp, json, expected);

    [Theory]
    [InlineData("\"2026-04-09T14:23:01.7Z\"", "\"2026-04-09T14:23:01.700Z\"")]
    [InlineData("\"2026-04-09T14:23:01.123456789Z\"", "\"2026-04-09T14:23:01.123Z\"")]
    [InlineData("\"2026-04-09\"", "\"2026-04-09T00:00:00.000Z\"")]
    [InlineData("1775744581", "\"2026-04-09T14:23:01.000Z\"")]
    [InlineData("1775744581250", "\"2026-04-09T14:23:01.250Z\"")]
    [InlineData("\"9999-12-31T23:59:59.999Z\"", "\"9999-12-31T23:59:59.999Z\"")]
    [InlineData("999999999999999", "null")]
    [InlineData("\"\"", "null")]
    public Task Timestamp_is_text_with_milliseconds(string json, string expected) => Reads(AttributeType.Timestamp, json, expected);

    [Theory]
    [InlineData("\"héllo\"", "\"aMOpbGxv\"")]
    [InlineData("12", "\"MTI=\"")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("{\"a\":1}", "null")]
    public Task Bytes_are_base64_of_the_text(string json, string expected) => Reads(AttributeType.Bytes, json, expected);

    [Theory]
    [InlineData(AttributeType.Int32List, "[1.9,\"2\",\"x\",99999999999,null,true]", "[1,2,2147483647]")]
    [InlineData(AttributeType.Int64List, "[9007199254740993,\"x\"]", "[9007199254740993]")]
    [InlineData(AttributeType.DoubleList, "[250,\"0.5\",\"x\"]", "[0.5,250.0]")]
    [InlineData(AttributeType.FloatList, "[0.1,1e39]", "[0.1]")]
    [InlineData(AttributeType.StringList, "[1,true,\"a\"]", "[\"1\",\"a\",\"true\"]")]
    [InlineData(AttributeType.BoolList, "[1,\"no\",false]", "[false,true]")]
    [InlineData(AttributeType.BytesList, "[\"a\",\"b\"]", "[\"YQ==\",\"Yg==\"]")]
    [InlineData(AttributeType.UnixTimestampList, "[\"2026-04-09T14:23:01Z\",5,\"x\"]", "[1775744581,5]")]
    public async Task Lists_coerce_each_element_and_drop_those_that_fail(AttributeType type, string json, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.UniqueList, type), Thing(json)));

    [Fact]
    public async Task Values_that_become_equal_by_coercion_are_one_value() =>
        Assert.Equal("[1,2]", await ValueAfterAsync(Over(AggregationKind.UniqueList, AttributeType.Int32List), Thing("[1,1.5,\"1\",2]")));

    [Theory]
    [InlineData(AttributeType.String, "\"2026-04-09T14:23:01.000Z\"")]
    [InlineData(AttributeType.Timestamp, "\"2026-04-09T14:23:01.000Z\"")]
    [InlineData(AttributeType.UnixTimestamp, "1775744581")]
    public async Task An_atomic_timestamp_reads_as_the_docs_show_it(AttributeType type, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(
            OverColumn(AggregationKind.Last, type, "derived_tstamp"), PageView().At(new DateTimeOffset(2026, 4, 9, 14, 23, 1, TimeSpan.Zero))));

    [Theory]
    [InlineData("page_urlport", "443", AttributeType.Int32, "443")]
    [InlineData("page_urlport", "443", AttributeType.String, "\"443\"")]
    [InlineData("tr_total", "12.50", AttributeType.Double, "12.5")]
    [InlineData("br_cookies", "1", AttributeType.Bool, "true")]
    [InlineData("br_cookies", "0", AttributeType.String, "\"false\"")]
    [InlineData("page_title", "", AttributeType.String, "null")]
    [InlineData("page_title", "007", AttributeType.Int32, "7")]
    public async Task Atomic_columns_have_the_type_of_the_column(string column, string text, AttributeType type, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(OverColumn(AggregationKind.Last, type, column), PageView().With(column, text)));

    [Fact]
    public async Task A_value_that_cannot_be_coerced_leaves_the_attribute_as_it_was() =>
        Assert.Equal("1", await ValueAfterAsync(Over(AggregationKind.Last, AttributeType.Int32), Thing("1", 1), Thing("\"x\"", 2)));

    [Theory]
    [InlineData(AttributeType.Int32, "2")]
    [InlineData(AttributeType.Double, "2.0")]
    [InlineData(AttributeType.Float, "2.0")]
    public async Task Results_of_counting_have_the_form_of_the_type(AttributeType type, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(Counter with { Type = type }, PageView(1), PageView(2)));

    private static async Task Reads(AttributeType type, string json, string expected) =>
        Assert.Equal(expected, await ValueAfterAsync(Over(AggregationKind.Last, type), Thing(json)));
}
