using Signals.Engine.Events;

namespace Signals.Functions.Local.SampleData;

/// <summary>Writes one action of a visit as the line that the pipeline would write for it.</summary>
internal sealed class ShopEventWriter
{
    private const string Host = "shop.example";
    private const string Origin = "https://" + Host;

    private static readonly (string Event, string Vendor, string Name, string Version) PageView =
        ("page_view", "com.snowplowanalytics.snowplow", "page_view", "1-0-0");

    private static readonly (string Event, string Vendor, string Name, string Version) PagePing =
        ("page_ping", "com.snowplowanalytics.snowplow", "page_ping", "1-0-0");

    private static readonly (string Event, string Vendor, string Name, string Version) Structured = ("struct", "com.google.analytics", "event", "1-0-0");

    private static readonly (string Event, string Vendor, string Name, string Version) Ecommerce =
        ("unstruct", "com.snowplowanalytics.snowplow.ecommerce", "snowplow_ecommerce_action", "1-0-2");

    private static readonly int GeoCountry = AtomicColumns.IndexOf("geo_country");
    private static readonly int GeoLatitude = AtomicColumns.IndexOf("geo_latitude");
    private static readonly int PageReferrer = AtomicColumns.IndexOf("page_referrer");
    private static readonly int PageUrlScheme = AtomicColumns.IndexOf("page_urlscheme");
    private static readonly int PageUrlQuery = AtomicColumns.IndexOf("page_urlquery");
    private static readonly int RefrUrlScheme = AtomicColumns.IndexOf("refr_urlscheme");
    private static readonly int RefrMedium = AtomicColumns.IndexOf("refr_medium");
    private static readonly int MktMedium = AtomicColumns.IndexOf("mkt_medium");
    private static readonly int SeCategory = AtomicColumns.IndexOf("se_category");
    private static readonly int PpXoffsetMin = AtomicColumns.IndexOf("pp_xoffset_min");
    private static readonly int UserAgent = AtomicColumns.IndexOf("useragent");
    private static readonly int BrLang = AtomicColumns.IndexOf("br_lang");
    private static readonly int BrCookies = AtomicColumns.IndexOf("br_cookies");
    private static readonly int OsTimezone = AtomicColumns.IndexOf("os_timezone");
    private static readonly int ScreenWidth = AtomicColumns.IndexOf("dvce_screenwidth");
    private static readonly int GeoTimezone = AtomicColumns.IndexOf("geo_timezone");
    private static readonly int MktClickid = AtomicColumns.IndexOf("mkt_clickid");
    private static readonly int DvceSentTstamp = AtomicColumns.IndexOf("dvce_sent_tstamp");

    private readonly LineWriter _line = new();

    /// <summary>The line, valid until the next one is written.</summary>
    public ReadOnlySpan<byte> Line => _line.Line;

    /// <param name="session">The visit, at the action.</param>
    /// <param name="action">What happened.</param>
    /// <param name="happened">When it happened, true time.</param>
    /// <param name="collected">When the collector got it.</param>
    /// <param name="random">Choices.</param>
    public void Write(ShopSession session, ShopAction action, EventTime happened, EventTime collected, ref SampleRandom random)
    {
        var kind = KindOf(action);
        _line.Begin();
        WriteHead(session, kind.Event, happened, collected, ref random);
        WritePlace(session.Visitor.Place);
        WritePage(session, isLanding: session.PreviousPath is null);
        _line.At(AtomicColumns.Contexts);
        ShopEntities.WriteContexts(_line, session, action, ref random);
        WriteAction(session, action, ref random);
        WriteDevice(session.Visitor);
        WriteTail(session, kind, happened, collected, ref random);
    }

    private static (string Event, string Vendor, string Name, string Version) KindOf(ShopAction action) => action switch
    {
        ShopAction.PageView => PageView,
        ShopAction.PagePing => PagePing,
        ShopAction.Search => Structured,
        _ => Ecommerce,
    };

    private void WriteHead(ShopSession session, string name, EventTime happened, EventTime collected, ref SampleRandom random)
    {
        var visitor = session.Visitor;
        _line.Text("shop").At(AtomicColumns.Platform).Text("web")
            .At(AtomicColumns.EtlTstamp).Time(Later(collected, 400_000 + random.Below(1_200_000)))
            .At(AtomicColumns.CollectorTstamp).Time(collected)
            .At(AtomicColumns.DvceCreatedTstamp).Time(Later(happened, visitor.ClockSkewMicroseconds))
            .At(AtomicColumns.Event).Text(name)
            .At(AtomicColumns.EventId).Uuid(random.NextGuid())
            .At(AtomicColumns.EventId + 2).Text("sp1").At(AtomicColumns.EventId + 3).Text("js-4.6.0")
            .At(AtomicColumns.VCollector).Text("ssc-3.4.0-kafka").At(AtomicColumns.VEtl).Text("snowplow-enrich-kafka-6.10.0");
        if (session.IsLoggedIn)
            _line.At(AtomicColumns.UserId).Text(visitor.CustomerId);
        _line.At(AtomicColumns.UserId + 1).Text(visitor.Address)
            .At(AtomicColumns.DomainUserid).Text(visitor.DomainUserId).At(AtomicColumns.DomainUserid + 1).Number(session.Index)
            .At(AtomicColumns.NetworkUserid).Text(visitor.NetworkUserId);
    }

    private void WritePlace(Place place) =>
        _line.At(GeoCountry).Text(place.Country).At(GeoCountry + 1).Text(place.Region).At(GeoCountry + 2).Text(place.City).At(GeoCountry + 3).Text(place.Zip)
            .At(GeoLatitude).Text(place.Latitude).At(GeoLatitude + 1).Text(place.Longitude).At(GeoLatitude + 2).Text(place.RegionName);

    private void WritePage(ShopSession session, bool isLanding)
    {
        var campaign = isLanding ? session.Campaign : null;
        _line.At(AtomicColumns.PageUrl).Text(Origin).Text(session.Path);
        if (campaign is not null)
            WriteQuery(campaign, "?"u8);
        _line.At(AtomicColumns.PageUrl + 1).Text(session.Title);
        var referrer = isLanding ? campaign?.ReferrerHost : Host;
        if (referrer is not null)
            _line.At(PageReferrer).Utf8("https://"u8).Text(referrer).Text(session.PreviousPath ?? "/");
        _line.At(PageUrlScheme).Text("https").At(PageUrlScheme + 1).Text(Host).At(PageUrlScheme + 2).Number(443).At(PageUrlScheme + 3).Text(session.Path);
        if (campaign is not null)
        {
            _line.At(PageUrlQuery);
            WriteQuery(campaign, default);
        }
        if (referrer is null)
            return;
        _line.At(RefrUrlScheme).Text("https").At(RefrUrlScheme + 1).Text(referrer).At(RefrUrlScheme + 2).Number(443)
            .At(RefrUrlScheme + 3).Text(session.PreviousPath ?? "/")
            .At(RefrMedium).Text(campaign?.ReferrerMedium ?? "internal").At(RefrMedium + 1).Text(campaign?.ReferrerSource ?? "");
        if (campaign is not null)
            _line.At(MktMedium).Text(campaign.Medium).At(MktMedium + 1).Text(campaign.Source).At(MktMedium + 2).Text(campaign.Term)
                .At(MktMedium + 3).Text(campaign.Content).At(MktMedium + 4).Text(campaign.Name);
    }

    private void WriteQuery(Campaign campaign, ReadOnlySpan<byte> prefix)
    {
        _line.Utf8(prefix).Utf8("utm_medium="u8).Text(campaign.Medium).Utf8("&utm_source="u8).Text(campaign.Source)
            .Utf8("&utm_campaign="u8).Text(campaign.Name).Utf8("&utm_content="u8).Text(campaign.Content);
        if (campaign.Term.Length > 0)
            _line.Utf8("&utm_term="u8).Text(campaign.Term);
        if (campaign.ClickId.Length > 0)
            _line.Utf8("&gclid="u8).Text(campaign.ClickId);
    }

    private void WriteAction(ShopSession session, ShopAction action, ref SampleRandom random)
    {
        if (action == ShopAction.Search)
            _line.At(SeCategory).Text("search").At(SeCategory + 1).Text("submit").At(SeCategory + 2).Text(ShopCatalog.Choose(ref random).Name)
                .At(SeCategory + 4).Number(random.Below(40));
        if (ShopEntities.TypeOf(action) is not null)
        {
            _line.At(AtomicColumns.UnstructEvent);
            ShopEntities.WriteEvent(_line, session, action);
        }
        if (action == ShopAction.PagePing)
            _line.At(PpXoffsetMin).Number(0).At(PpXoffsetMin + 1).Number(0).At(PpXoffsetMin + 2).Number(random.Below(400))
                .At(PpXoffsetMin + 3).Number(400 + random.Below(1600));
    }

    private void WriteDevice(ShopVisitor visitor)
    {
        var device = visitor.Device;
        _line.At(UserAgent).Text(device.UserAgent)
            .At(BrLang).Text(visitor.Place.Language)
            .At(BrCookies).Number(1).At(BrCookies + 1).Number(24).At(BrCookies + 2).Number(device.ViewWidth).At(BrCookies + 3).Number(device.ViewHeight)
            .At(OsTimezone).Text(visitor.Place.TimeZone)
            .At(ScreenWidth).Number(device.ScreenWidth).At(ScreenWidth + 1).Number(device.ScreenHeight)
            .At(ScreenWidth + 2).Text("UTF-8").At(ScreenWidth + 3).Number(device.ViewWidth).At(ScreenWidth + 4).Number(3200)
            .At(GeoTimezone).Text(visitor.Place.TimeZone);
    }

    private void WriteTail(
        ShopSession session, (string Event, string Vendor, string Name, string Version) kind, EventTime happened, EventTime collected, ref SampleRandom random)
    {
        if (session.PreviousPath is null && session.Campaign is { ClickId.Length: > 0 } campaign)
            _line.At(MktClickid).Text(campaign.ClickId).At(MktClickid + 1).Text(campaign.Network);
        // The collector got it when it was sent: that is how the event time is found again.
        var sent = Later(collected, session.Visitor.ClockSkewMicroseconds);
        _line.At(DvceSentTstamp).Time(sent)
            .At(AtomicColumns.DerivedContexts)
            .Utf8("""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":["""u8).Text(session.Visitor.Device.ParsedEntity).Utf8("]}"u8)
            .At(AtomicColumns.DomainSessionid).Text(session.Id)
            .At(AtomicColumns.DerivedTstamp).Time(happened)
            .At(AtomicColumns.EventVendor).Text(kind.Vendor).At(AtomicColumns.EventName).Text(kind.Name)
            .At(AtomicColumns.EventFormat).Text("jsonschema").At(AtomicColumns.EventVersion).Text(kind.Version)
            .At(AtomicColumns.EventFingerprint).Hex(random.Next()).Hex(random.Next())
            .At(AtomicColumns.Count - 1);
    }

    private static EventTime Later(EventTime time, long microseconds) => new(time.UnixMicroseconds + microseconds);
}
