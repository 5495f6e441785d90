using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>The matrix of spec signals-api 4.3.</summary>
[Trait("Row", "33")]
public sealed class AttributeMatrixTests
{
    private const string Numbers = "int32 int64 double float";
    private const string Scalars = "bytes string int32 int64 double float bool unix_timestamp timestamp";
    private const string Lists = "bytes_list string_list int32_list int64_list double_list float_list bool_list unix_timestamp_list";

    // Aggregation, what else it needs, and the types it accepts.
    public static TheoryData<string, string, string> Matrix => new()
    {
        { "counter", "", Numbers },
        { "sum", Property("se_value"), Numbers },
        { "min", Property("domain_sessionidx"), Numbers },
        { "max", Property("geo_latitude"), Numbers },
        { "mean", Property("tr_total"), Numbers },
        { "first", Property("page_url"), Scalars + " dict" },
        { "last", Property("page_url"), Scalars + " dict" },
        { "most_frequent", Property("page_url"), Scalars },
        { "least_frequent", Property("page_url"), Scalars },
        { "unique_list", Property("page_url"), Lists },
        { "category_count", Property("page_url"), "dict" },
        { "approx_count_distinct", Property("page_url"), Numbers },
        { "time_since_last", ""","time_unit":"s" """, "double float" },
        { "time_since_first", ""","time_unit":"d" """, "double float" },
    };

    public static TheoryData<string> NeedingAProperty =>
        [.. DefinitionNames.Aggregations.All.Except(["counter", "time_since_last", "time_since_first"])];

    [Theory]
    [MemberData(nameof(Matrix))]
    public void An_aggregation_accepts_its_types_and_no_other(string aggregation, string rest, string accepted)
    {
        foreach (var type in DefinitionNames.AttributeTypes.All)
        {
            var errors = Bodies.AttributeErrors($$"""{"name":"a","type":"{{type}}","aggregation":"{{aggregation}}"{{rest}}}""");

            Assert.Equal(accepted.Split(' ').Contains(type) ? [] : ["""["type"]"""], errors);
        }
    }

    [Theory]
    [MemberData(nameof(NeedingAProperty))]
    public void A_missing_property_is_said_to_be_needed_by_the_aggregation(string aggregation)
    {
        var body = Bodies.Parse(Bodies.GroupOf($$"""{"name":"a","type":"int32","aggregation":"{{aggregation}}"}"""));

        Assert.False(DefinitionJson.TryReadAttributeGroup(body, out _, out var errors));

        var error = Assert.Single(errors, error => error.Type == "missing");
        Assert.Equal("""["body","attributes",0,"property"]""", Bodies.Place(error));
        Assert.Contains($"'{aggregation}' needs a property", error.Msg);
    }

    [Theory]
    [InlineData("page_url")]
    [InlineData("event_id")]
    [InlineData("derived_tstamp")]
    [InlineData("dvce_ismobile")]
    [InlineData("contexts")]
    public void Numbers_are_not_calculated_from_a_column_without_numbers(string column)
    {
        foreach (var aggregation in new[] { "sum", "min", "max", "mean" })
            Assert.Equal(["""["property","name"]"""], Bodies.AttributeErrors($$"""{"name":"a","type":"double","aggregation":"{{aggregation}}"{{Property(column)}}}"""));
    }

    [Theory]
    [InlineData("""{"type":"event","vendor":"com.acme","name":"cart","major_version":1,"path":"total"}""", true)]
    [InlineData("""{"type":"calculated","operation":"product","properties":[{"name":"ti_price"},{"name":"ti_quantity"}]}""", true)]
    [InlineData("""{"type":"calculated","operation":"coalesce","properties":[{"name":"ti_price"},{"name":"tr_total"}]}""", true)]
    [InlineData("""{"type":"calculated","operation":"coalesce","properties":[{"name":"ti_price"},{"name":"page_url"}]}""", false)]
    [InlineData("""{"type":"calculated","operation":"concat","properties":[{"name":"ti_price"},{"name":"ti_quantity"}]}""", false)]
    [InlineData("""{"type":"event","vendor":"com.acme","name":"cart","major_version":1,"path":"at","date_part":"hour_of_day"}""", false)]
    [Trait("Row", "17")]
    public void Paths_and_calculations_can_be_summed_unless_they_are_texts_or_date_parts(string property, bool accepted) =>
        Assert.Equal(accepted, Bodies.AttributeErrors($$"""{"name":"a","type":"double","aggregation":"sum","property":{{property}}}""").Count == 0);

    [Fact]
    public void A_property_that_a_counter_does_not_need_is_ignored() =>
        Assert.Empty(Bodies.AttributeErrors($$"""{"name":"a","type":"int32","aggregation":"counter"{{Property("page_url")}}}"""));

    [Theory]
    [InlineData("derived_tstamp", "", true)]
    [InlineData("collector_tstamp", "", false)]
    [InlineData("derived_tstamp", ""","date_part":"active_day" """, false)]
    public void Time_since_is_measured_from_the_derived_time_only(string column, string rest, bool accepted)
    {
        var errors = Bodies.AttributeErrors($$$"""{"name":"a","type":"double","aggregation":"time_since_last","time_unit":"h","property":{"type":"atomic","name":"{{{column}}}"{{{rest}}}}}""");

        Assert.Equal(accepted ? [] : ["""["property"]"""], errors);
    }

    [Theory]
    [InlineData("time_since_last", "double", "", """["time_unit"]""")]
    [InlineData("time_since_first", "double", ""","time_unit":"week" """, """["time_unit"]""")]
    [InlineData("counter", "int32", ""","time_unit":"s" """, """["time_unit"]""")]
    public void A_time_unit_belongs_to_time_since_and_only_there(string aggregation, string type, string rest, string place) =>
        Assert.Equal([place], Bodies.AttributeErrors($$"""{"name":"a","type":"{{type}}","aggregation":"{{aggregation}}"{{rest}}}"""));

    [Theory]
    [Trait("Row", "34")]
    [InlineData(""" "period":"P1D","ttl":"P7D" """, """["ttl"]""")]
    [InlineData(""" "period":"PT0S" """, """["period"]""")]
    [InlineData(""" "period":0 """, """["period"]""")]
    [InlineData(""" "period":-1 """, """["period"]""")]
    [InlineData(""" "ttl":"-P1D" """, """["ttl"]""")]
    [InlineData(""" "period":"P1D" """, null)]
    [InlineData(""" "ttl":"P7D" """, null)]
    public void A_period_excludes_a_ttl_and_both_are_longer_than_zero(string rest, string? place) =>
        Assert.Equal(place is null ? [] : [place], Bodies.AttributeErrors($$"""{"name":"a","type":"int32","aggregation":"counter",{{rest}}}"""));

    [Theory]
    [Trait("Row", "18")]
    [InlineData("last", "hour_of_day", "int32 int64")]
    [InlineData("first", "day_of_week", "int32 int64")]
    [InlineData("most_frequent", "month_of_year", "int32 int64")]
    [InlineData("unique_list", "hour_of_day", "int32_list int64_list")]
    [InlineData("last", "active_day", "string")]
    [InlineData("least_frequent", "active_week", "string")]
    [InlineData("unique_list", "active_month", "string_list")]
    [InlineData("category_count", "active_day", "dict")]
    [InlineData("approx_count_distinct", "active_day", Numbers)]
    public void A_date_part_needs_a_type_that_can_hold_it(string aggregation, string part, string accepted)
    {
        foreach (var type in DefinitionNames.AttributeTypes.All)
        {
            var errors = Bodies.AttributeErrors(
                $$$"""{"name":"a","type":"{{{type}}}","aggregation":"{{{aggregation}}}","property":{"type":"atomic","name":"derived_tstamp","date_part":"{{{part}}}"}}""");

            Assert.Equal(accepted.Split(' ').Contains(type), errors.Count == 0);
            Assert.All(errors, place => Assert.Equal("""["type"]""", place));
        }
    }

    [Theory]
    [Trait("Row", "18")]
    [InlineData("derived_tstamp", true)]
    [InlineData("collector_tstamp", true)]
    [InlineData("dvce_created_tstamp", true)]
    [InlineData("dvce_sent_tstamp", true)]
    [InlineData("refr_dvce_tstamp", true)]
    [InlineData("refr_device_tstamp", true)]
    [InlineData("etl_tstamp", true)]
    [InlineData("true_tstamp", true)]
    [InlineData("page_url", false)]
    [InlineData("domain_sessionidx", false)]
    public void Date_parts_stand_on_timestamp_columns(string column, bool accepted) =>
        Assert.Equal(
            accepted ? [] : ["""["property","date_part"]"""],
            Bodies.AttributeErrors($$$"""{"name":"a","type":"string","aggregation":"last","property":{"type":"atomic","name":"{{{column}}}","date_part":"active_day"}}"""));

    [Theory]
    [InlineData("int32", "0", true)]
    [InlineData("int32", "1.0", true)]
    [InlineData("int32", "1.5", false)]
    [InlineData("int32", "2147483648", false)]
    [InlineData("int32", "\"0\"", false)]
    [InlineData("int64", "9223372036854775807", true)]
    [InlineData("int64", "9223372036854775808", false)]
    [InlineData("double", "1e308", true)]
    [InlineData("double", "1e999", false)]
    [InlineData("float", "1e39", false)]
    [InlineData("string", "\"\"", true)]
    [InlineData("string", "5", true)]
    [InlineData("string", "[\"a\"]", false)]
    [InlineData("string", "{}", false)]
    [InlineData("bool", "false", true)]
    [InlineData("bool", "0", false)]
    [InlineData("timestamp", "\"2026-01-01T00:00:00Z\"", true)]
    [InlineData("timestamp", "\"yesterday\"", false)]
    [InlineData("unix_timestamp", "1767225600", true)]
    [InlineData("dict", "{}", false)]
    [InlineData("dict", "1", false)]
    public void A_default_value_is_of_the_type(string type, string value, bool accepted) =>
        Assert.Equal(
            accepted ? [] : ["""["default_value"]"""],
            Bodies.AttributeErrors($$"""{"name":"a","type":"{{type}}","aggregation":"{{(type is "int32" or "int64" or "double" or "float" ? "counter" : "last")}}"{{Property("page_url")}},"default_value":{{value}}}"""));

    [Theory]
    [InlineData("string_list", "[]", null)]
    [InlineData("string_list", "[\"a\",\"b\"]", null)]
    [InlineData("string_list", "\"a\"", """["default_value"]""")]
    [InlineData("int32_list", "[1,\"b\"]", """["default_value",1]""")]
    [InlineData("bool_list", "[true,null]", """["default_value",1]""")]
    public void A_default_value_of_a_list_is_a_list_of_its_elements(string type, string value, string? place) =>
        Assert.Equal(
            place is null ? [] : [place],
            Bodies.AttributeErrors($$"""{"name":"a","type":"{{type}}","aggregation":"unique_list"{{Property("page_url")}},"default_value":{{value}}}"""));

    private static string Property(string column) => $$""","property":{"type":"atomic","name":"{{column}}"}""";
}
