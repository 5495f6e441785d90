using System.Globalization;
using System.Text;

namespace Signals.Engine.Events;

/// <summary>The parameters of the tracker protocol that become columns directly (spec enriched-events, section 9.2).</summary>
internal static class TrackerParameters
{
    // In order of precedence where several lead to one column.
    private static readonly (string Name, Conversion Convert, int[] Columns)[] Table =
    [
        Text("aid", "app_id"), Row("p", ToPlatform, "platform"), Row("eid", ToUuid, "event_id"),
        Text("tna", "name_tracker"), Text("tv", "v_tracker"), Text("cv", "v_collector"), Row("tid", ToInt32, "txn_id"),
        Text("uid", "user_id"), Text("duid", "domain_userid"), Row("sid", ToUuid, "domain_sessionid"), Row("vid", ToInt32, "domain_sessionidx"),
        Text("tnuid", "network_userid"), Text("nuid", "network_userid"), Row("ip", ToAddress, "user_ipaddress"), Text("ua", "useragent"),
        Text("fp", "user_fingerprint"),
        Row("dtm", ToTimestamp, "dvce_created_tstamp"), Row("stm", ToTimestamp, "dvce_sent_tstamp"), Row("ttm", ToTimestamp, "true_tstamp"),
        Text("lang", "br_lang"), Row("cookie", ToFlag, "br_cookies"), Text("cd", "br_colordepth"),
        Row("f_pdf", ToFlag, "br_features_pdf"), Row("f_fla", ToFlag, "br_features_flash"), Row("f_java", ToFlag, "br_features_java"),
        Row("f_dir", ToFlag, "br_features_director"), Row("f_qt", ToFlag, "br_features_quicktime"), Row("f_realp", ToFlag, "br_features_realplayer"),
        Row("f_wma", ToFlag, "br_features_windowsmedia"), Row("f_gears", ToFlag, "br_features_gears"), Row("f_ag", ToFlag, "br_features_silverlight"),
        Row("res", ToSize, "dvce_screenwidth", "dvce_screenheight"), Row("vp", ToSize, "br_viewwidth", "br_viewheight"), Row("ds", ToSize, "doc_width", "doc_height"),
        Text("tz", "os_timezone"), Text("cs", "doc_charset"), Text("url", "page_url"), Text("page", "page_title"), Text("refr", "page_referrer"),
        Text("se_ca", "se_category"), Text("se_ac", "se_action"), Text("se_la", "se_label"), Text("se_pr", "se_property"), Row("se_va", ToDecimal, "se_value"),
        Text("ev_ca", "se_category"), Text("ev_ac", "se_action"), Text("ev_la", "se_label"), Text("ev_pr", "se_property"), Row("ev_va", ToDecimal, "se_value"),
        Row("pp_mix", ToInt32, "pp_xoffset_min"), Row("pp_max", ToInt32, "pp_xoffset_max"), Row("pp_miy", ToInt32, "pp_yoffset_min"), Row("pp_may", ToInt32, "pp_yoffset_max"),
        Text("tr_id", "tr_orderid"), Text("tr_af", "tr_affiliation"), Text("tr_ci", "tr_city"), Text("tr_st", "tr_state"), Text("tr_co", "tr_country"), Text("tr_cu", "tr_currency"),
        Row("tr_tt", ToDecimal, "tr_total"), Row("tr_tx", ToDecimal, "tr_tax"), Row("tr_sh", ToDecimal, "tr_shipping"),
        Text("ti_id", "ti_orderid"), Text("ti_sk", "ti_sku"), Text("ti_nm", "ti_name"), Text("ti_na", "ti_name"), Text("ti_ca", "ti_category"), Text("ti_cu", "ti_currency"),
        Row("ti_pr", ToDecimal, "ti_price"), Row("ti_qu", ToInt32, "ti_quantity"),
    ];

    private static readonly string[] Platforms = ["web", "mob", "pc", "srv", "app", "tv", "cnsl", "iot", "headset"];

    /// <summary>Gives the texts for the columns of a parameter; null where it has no value. False when it cannot be converted.</summary>
    private delegate bool Conversion(string text, Span<string?> columns);

    /// <summary>Names that a POST may use: those of the table, the ones below, and none else (schema <c>payload_data</c>).</summary>
    public static IReadOnlySet<string> PermittedInBody { get; } = Table.Select(row => row.Name)
        .Where(name => name != "cv" && !name.StartsWith("ev_", StringComparison.Ordinal))
        .Concat(["e", "ue_pr", "ue_px", "co", "cx", "ue_na", "mac", "sa", "sn", "st", "sp", "ctype", "ad_ba", "ad_ca", "ad_ad", "ad_uid"])
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Converts all parameters of the table; those that cannot be converted become violations.</summary>
    public static void Convert(TrackerEvent target)
    {
        Span<string?> texts = new string?[2];
        foreach (var (name, convert, columns) in Table)
        {
            if (!target.Parameters.TryGetValue(name, out var text))
                continue;
            texts.Clear();
            if (!convert(text, texts))
                target.Violations.Add(BadRowMessage.CannotConvert(name, $"Field {name} cannot be converted into {string.Join(" and ", columns.Select(column => AtomicColumns.All[column].Name))}"));
            else
                for (var i = 0; i < columns.Length; i++)
                    target[columns[i]] ??= texts[i];
        }
    }

    /// <summary>Lower-case form of a UUID; null when the text is none.</summary>
    public static string? UuidOrNull(string text) => ColumnText.IsUuid(Encoding.UTF8.GetBytes(text)) ? text.ToLowerInvariant() : null;

    /// <summary>Reads milliseconds since 1970. False outside the years 1 to 9999.</summary>
    public static bool TryReadTimestamp(string text, out EventTime time)
    {
        var read = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        time = read ? EventTime.FromUnixMilliseconds(milliseconds) : default;
        return read;
    }

    private static (string, Conversion, int[]) Text(string name, string column) => Row(name, ToText, column);

    private static (string, Conversion, int[]) Row(string name, Conversion convert, params string[] columns) =>
        (name, convert, [.. columns.Select(AtomicColumns.IndexOf)]);

    private static bool ToText(string text, Span<string?> columns)
    {
        columns[0] = TrackerEvent.Clean(text);
        return true;
    }

    private static bool ToPlatform(string text, Span<string?> columns)
    {
        columns[0] = text;
        return Platforms.Contains(text);
    }

    private static bool ToUuid(string text, Span<string?> columns)
    {
        columns[0] = UuidOrNull(text);
        return columns[0] is not null;
    }

    private static bool ToAddress(string text, Span<string?> columns)
    {
        var end = text.AsSpan().IndexOfAny(',', '|', ' ');
        return ToText(end < 0 ? text : text[..end], columns);
    }

    private static bool ToInt32(string text, Span<string?> columns)
    {
        if (text == "null")
            return true;
        var converted = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
        columns[0] = number.ToString(CultureInfo.InvariantCulture);
        return converted;
    }

    private static bool ToDecimal(string text, Span<string?> columns)
    {
        if (text == "null")
            return true;
        columns[0] = text;
        return ColumnText.IsDecimal(Encoding.UTF8.GetBytes(text));
    }

    private static bool ToFlag(string text, Span<string?> columns)
    {
        columns[0] = text;
        return text is "0" or "1";
    }

    private static bool ToTimestamp(string text, Span<string?> columns)
    {
        var read = TryReadTimestamp(text, out var time);
        columns[0] = time.ToColumnText();
        return read;
    }

    private static bool ToSize(string text, Span<string?> columns)
    {
        var cut = text.IndexOf('x');
        if (cut < 0
            || !int.TryParse(text.AsSpan(0, cut), NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            || !int.TryParse(text.AsSpan(cut + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var height))
            return false;
        columns[0] = width.ToString(CultureInfo.InvariantCulture);
        columns[1] = height.ToString(CultureInfo.InvariantCulture);
        return true;
    }
}
