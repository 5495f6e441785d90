namespace Signals.Engine.Events;

/// <summary>How the text of an atomic column is to be read (spec enriched-events, sections 2 and 3).</summary>
public enum AtomicColumnType : byte
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>UUID in lower case.</summary>
    Uuid,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Decimal notation, an exponent allowed.</summary>
    Decimal,

    /// <summary>Single precision, an exponent allowed.</summary>
    Float,

    /// <summary><c>0</c> or <c>1</c>.</summary>
    Boolean,

    /// <summary><c>yyyy-MM-dd HH:mm:ss</c> with zero to nine fractional digits, UTC.</summary>
    Timestamp,

    /// <summary>Compact JSON.</summary>
    Json,
}

/// <summary>One of the 131 columns.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">How it is read.</param>
/// <param name="MaxLength">Enrich's default limit in UTF-16 code units; 0 for none. Not enforced when reading.</param>
public readonly record struct AtomicColumn(string Name, AtomicColumnType Type, int MaxLength);

/// <summary>The 131 columns of an enriched event, in their order (spec enriched-events, section 3).</summary>
public static class AtomicColumns
{
    /// <summary>Position of <c>app_id</c>.</summary>
    public const int AppId = 0;

    /// <summary>Position of <c>platform</c>.</summary>
    public const int Platform = 1;

    /// <summary>Position of <c>etl_tstamp</c>.</summary>
    public const int EtlTstamp = 2;

    /// <summary>Position of <c>collector_tstamp</c>.</summary>
    public const int CollectorTstamp = 3;

    /// <summary>Position of <c>dvce_created_tstamp</c>.</summary>
    public const int DvceCreatedTstamp = 4;

    /// <summary>Position of <c>event</c>.</summary>
    public const int Event = 5;

    /// <summary>Position of <c>event_id</c>.</summary>
    public const int EventId = 6;

    /// <summary>Position of <c>v_collector</c>.</summary>
    public const int VCollector = 10;

    /// <summary>Position of <c>v_etl</c>.</summary>
    public const int VEtl = 11;

    /// <summary>Position of <c>user_id</c>.</summary>
    public const int UserId = 12;

    /// <summary>Position of <c>user_ipaddress</c>.</summary>
    public const int UserIpaddress = 13;

    /// <summary>Position of <c>domain_userid</c>.</summary>
    public const int DomainUserid = 15;

    /// <summary>Position of <c>network_userid</c>.</summary>
    public const int NetworkUserid = 17;

    /// <summary>Position of <c>page_url</c>.</summary>
    public const int PageUrl = 29;

    /// <summary>Position of <c>contexts</c>.</summary>
    public const int Contexts = 52;

    /// <summary>Position of <c>unstruct_event</c>.</summary>
    public const int UnstructEvent = 58;

    /// <summary>Position of <c>derived_contexts</c>.</summary>
    public const int DerivedContexts = 122;

    /// <summary>Position of <c>domain_sessionid</c>.</summary>
    public const int DomainSessionid = 123;

    /// <summary>Position of <c>derived_tstamp</c>.</summary>
    public const int DerivedTstamp = 124;

    /// <summary>Position of <c>event_vendor</c>.</summary>
    public const int EventVendor = 125;

    /// <summary>Position of <c>event_name</c>.</summary>
    public const int EventName = 126;

    /// <summary>Position of <c>event_format</c>.</summary>
    public const int EventFormat = 127;

    /// <summary>Position of <c>event_version</c>.</summary>
    public const int EventVersion = 128;

    /// <summary>Position of <c>event_fingerprint</c>.</summary>
    public const int EventFingerprint = 129;

    /// <summary>Number of columns in a line.</summary>
    public const int Count = 131;

    private static readonly AtomicColumn[] Columns =
    [
        new("app_id", AtomicColumnType.Text, 255),
        new("platform", AtomicColumnType.Text, 255),
        new("etl_tstamp", AtomicColumnType.Timestamp, 0),
        new("collector_tstamp", AtomicColumnType.Timestamp, 0),
        new("dvce_created_tstamp", AtomicColumnType.Timestamp, 0),
        new("event", AtomicColumnType.Text, 128),
        new("event_id", AtomicColumnType.Uuid, 36),
        new("txn_id", AtomicColumnType.Int32, 0),
        new("name_tracker", AtomicColumnType.Text, 128),
        new("v_tracker", AtomicColumnType.Text, 100),
        new("v_collector", AtomicColumnType.Text, 100),
        new("v_etl", AtomicColumnType.Text, 100),
        new("user_id", AtomicColumnType.Text, 255),
        new("user_ipaddress", AtomicColumnType.Text, 128),
        new("user_fingerprint", AtomicColumnType.Text, 128),
        new("domain_userid", AtomicColumnType.Text, 128),
        new("domain_sessionidx", AtomicColumnType.Int32, 0),
        new("network_userid", AtomicColumnType.Text, 128),
        new("geo_country", AtomicColumnType.Text, 2),
        new("geo_region", AtomicColumnType.Text, 3),
        new("geo_city", AtomicColumnType.Text, 75),
        new("geo_zipcode", AtomicColumnType.Text, 15),
        new("geo_latitude", AtomicColumnType.Float, 0),
        new("geo_longitude", AtomicColumnType.Float, 0),
        new("geo_region_name", AtomicColumnType.Text, 100),
        new("ip_isp", AtomicColumnType.Text, 100),
        new("ip_organization", AtomicColumnType.Text, 128),
        new("ip_domain", AtomicColumnType.Text, 128),
        new("ip_netspeed", AtomicColumnType.Text, 100),
        new("page_url", AtomicColumnType.Text, 10000),
        new("page_title", AtomicColumnType.Text, 2000),
        new("page_referrer", AtomicColumnType.Text, 10000),
        new("page_urlscheme", AtomicColumnType.Text, 16),
        new("page_urlhost", AtomicColumnType.Text, 255),
        new("page_urlport", AtomicColumnType.Int32, 0),
        new("page_urlpath", AtomicColumnType.Text, 3000),
        new("page_urlquery", AtomicColumnType.Text, 6000),
        new("page_urlfragment", AtomicColumnType.Text, 3000),
        new("refr_urlscheme", AtomicColumnType.Text, 16),
        new("refr_urlhost", AtomicColumnType.Text, 255),
        new("refr_urlport", AtomicColumnType.Int32, 0),
        new("refr_urlpath", AtomicColumnType.Text, 6000),
        new("refr_urlquery", AtomicColumnType.Text, 6000),
        new("refr_urlfragment", AtomicColumnType.Text, 3000),
        new("refr_medium", AtomicColumnType.Text, 25),
        new("refr_source", AtomicColumnType.Text, 50),
        new("refr_term", AtomicColumnType.Text, 255),
        new("mkt_medium", AtomicColumnType.Text, 255),
        new("mkt_source", AtomicColumnType.Text, 255),
        new("mkt_term", AtomicColumnType.Text, 255),
        new("mkt_content", AtomicColumnType.Text, 500),
        new("mkt_campaign", AtomicColumnType.Text, 255),
        new("contexts", AtomicColumnType.Json, 0),
        new("se_category", AtomicColumnType.Text, 1000),
        new("se_action", AtomicColumnType.Text, 1000),
        new("se_label", AtomicColumnType.Text, 4096),
        new("se_property", AtomicColumnType.Text, 1000),
        new("se_value", AtomicColumnType.Decimal, 0),
        new("unstruct_event", AtomicColumnType.Json, 0),
        new("tr_orderid", AtomicColumnType.Text, 255),
        new("tr_affiliation", AtomicColumnType.Text, 255),
        new("tr_total", AtomicColumnType.Decimal, 0),
        new("tr_tax", AtomicColumnType.Decimal, 0),
        new("tr_shipping", AtomicColumnType.Decimal, 0),
        new("tr_city", AtomicColumnType.Text, 255),
        new("tr_state", AtomicColumnType.Text, 255),
        new("tr_country", AtomicColumnType.Text, 255),
        new("ti_orderid", AtomicColumnType.Text, 255),
        new("ti_sku", AtomicColumnType.Text, 255),
        new("ti_name", AtomicColumnType.Text, 255),
        new("ti_category", AtomicColumnType.Text, 255),
        new("ti_price", AtomicColumnType.Decimal, 0),
        new("ti_quantity", AtomicColumnType.Int32, 0),
        new("pp_xoffset_min", AtomicColumnType.Int32, 0),
        new("pp_xoffset_max", AtomicColumnType.Int32, 0),
        new("pp_yoffset_min", AtomicColumnType.Int32, 0),
        new("pp_yoffset_max", AtomicColumnType.Int32, 0),
        new("useragent", AtomicColumnType.Text, 1000),
        new("br_name", AtomicColumnType.Text, 50),
        new("br_family", AtomicColumnType.Text, 50),
        new("br_version", AtomicColumnType.Text, 50),
        new("br_type", AtomicColumnType.Text, 50),
        new("br_renderengine", AtomicColumnType.Text, 50),
        new("br_lang", AtomicColumnType.Text, 255),
        new("br_features_pdf", AtomicColumnType.Boolean, 0),
        new("br_features_flash", AtomicColumnType.Boolean, 0),
        new("br_features_java", AtomicColumnType.Boolean, 0),
        new("br_features_director", AtomicColumnType.Boolean, 0),
        new("br_features_quicktime", AtomicColumnType.Boolean, 0),
        new("br_features_realplayer", AtomicColumnType.Boolean, 0),
        new("br_features_windowsmedia", AtomicColumnType.Boolean, 0),
        new("br_features_gears", AtomicColumnType.Boolean, 0),
        new("br_features_silverlight", AtomicColumnType.Boolean, 0),
        new("br_cookies", AtomicColumnType.Boolean, 0),
        new("br_colordepth", AtomicColumnType.Text, 12),
        new("br_viewwidth", AtomicColumnType.Int32, 0),
        new("br_viewheight", AtomicColumnType.Int32, 0),
        new("os_name", AtomicColumnType.Text, 50),
        new("os_family", AtomicColumnType.Text, 50),
        new("os_manufacturer", AtomicColumnType.Text, 50),
        new("os_timezone", AtomicColumnType.Text, 255),
        new("dvce_type", AtomicColumnType.Text, 50),
        new("dvce_ismobile", AtomicColumnType.Boolean, 0),
        new("dvce_screenwidth", AtomicColumnType.Int32, 0),
        new("dvce_screenheight", AtomicColumnType.Int32, 0),
        new("doc_charset", AtomicColumnType.Text, 128),
        new("doc_width", AtomicColumnType.Int32, 0),
        new("doc_height", AtomicColumnType.Int32, 0),
        new("tr_currency", AtomicColumnType.Text, 3),
        new("tr_total_base", AtomicColumnType.Decimal, 0),
        new("tr_tax_base", AtomicColumnType.Decimal, 0),
        new("tr_shipping_base", AtomicColumnType.Decimal, 0),
        new("ti_currency", AtomicColumnType.Text, 3),
        new("ti_price_base", AtomicColumnType.Decimal, 0),
        new("base_currency", AtomicColumnType.Text, 3),
        new("geo_timezone", AtomicColumnType.Text, 64),
        new("mkt_clickid", AtomicColumnType.Text, 1000),
        new("mkt_network", AtomicColumnType.Text, 64),
        new("etl_tags", AtomicColumnType.Text, 500),
        new("dvce_sent_tstamp", AtomicColumnType.Timestamp, 0),
        new("refr_domain_userid", AtomicColumnType.Text, 128),
        new("refr_dvce_tstamp", AtomicColumnType.Timestamp, 0),
        new("derived_contexts", AtomicColumnType.Json, 0),
        new("domain_sessionid", AtomicColumnType.Text, 128),
        new("derived_tstamp", AtomicColumnType.Timestamp, 0),
        new("event_vendor", AtomicColumnType.Text, 1000),
        new("event_name", AtomicColumnType.Text, 1000),
        new("event_format", AtomicColumnType.Text, 128),
        new("event_version", AtomicColumnType.Text, 128),
        new("event_fingerprint", AtomicColumnType.Text, 128),
        new("true_tstamp", AtomicColumnType.Timestamp, 0),
    ];

    private static readonly Dictionary<string, int> Positions = BuildPositions();

    /// <summary>All columns, by position.</summary>
    public static IReadOnlyList<AtomicColumn> All => Columns;

    /// <summary>Position of a column, also under the alias <c>refr_device_tstamp</c>; -1 when there is no such column.</summary>
    public static int IndexOf(string name) => Positions.GetValueOrDefault(name, -1);

    /// <summary>Position of a column by its name in UTF-8; -1 when there is no such column.</summary>
    internal static int IndexOf(ReadOnlySpan<byte> name)
    {
        Span<char> text = stackalloc char[32];
        return System.Text.Encoding.UTF8.TryGetChars(name, text, out var length)
            && Positions.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out var position) ? position : -1;
    }

    private static Dictionary<string, int> BuildPositions()
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Columns.Length; i++)
            positions.Add(Columns[i].Name, i);
        positions.Add("refr_device_tstamp", positions["refr_dvce_tstamp"]);
        return positions;
    }
}
