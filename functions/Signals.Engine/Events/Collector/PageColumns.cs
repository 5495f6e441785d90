using System.Globalization;

namespace Signals.Engine.Events;

/// <summary>Derives columns from the URLs of the page and of its referrer (spec enriched-events, section 9.3).</summary>
internal static class PageColumns
{
    private static readonly (string Parameter, string Column)[] Campaign =
    [
        ("utm_medium", "mkt_medium"), ("utm_source", "mkt_source"), ("utm_term", "mkt_term"), ("utm_content", "mkt_content"), ("utm_campaign", "mkt_campaign"),
    ];

    private static readonly (string Parameter, string Network)[] ClickIds = [("gclid", "Google"), ("msclkid", "Microsoft"), ("dclid", "DoubleClick")];

    /// <summary>Fills <c>page_url*</c>, <c>refr_*</c> and <c>mkt_*</c>. A page URL that is none is a failure of the event.</summary>
    public static void Derive(TrackerEvent target)
    {
        UrlParts? page = null;
        if (target[AtomicColumns.PageUrl] is { } url)
        {
            if (UrlParts.TrySplit(url, out page))
            {
                Write(target, "page_url", page);
                DeriveFromQuery(target, page.Query);
            }
            else
                target.Failures.Add(BadRowMessage.Expected("page_url", url, "a URL"));
        }
        if (target["page_referrer"] is { } referrer && UrlParts.TrySplit(referrer, out var parts))
        {
            Write(target, "refr_url", parts);
            if (parts.Host.Length > 0)
                target["refr_medium"] = parts.Host.Equals(page?.Host, StringComparison.OrdinalIgnoreCase) ? "internal" : "unknown";
        }
    }

    private static void Write(TrackerEvent target, string prefix, UrlParts parts)
    {
        target[prefix + "scheme"] = parts.Scheme;
        target[prefix + "host"] = parts.Host;
        target[prefix + "port"] = parts.Port.ToString(CultureInfo.InvariantCulture);
        target[prefix + "path"] = parts.Path;
        target[prefix + "query"] = parts.Query;
        target[prefix + "fragment"] = parts.Fragment;
    }

    private static void DeriveFromQuery(TrackerEvent target, string query)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in QueryText.Parse(query))
            if (value.Length > 0)
                parameters.TryAdd(name, TrackerEvent.Clean(value));

        foreach (var (parameter, column) in Campaign)
            target[column] = parameters.GetValueOrDefault(parameter);
        foreach (var (parameter, network) in ClickIds)
            if (target["mkt_clickid"] is null && parameters.TryGetValue(parameter, out var id))
            {
                target["mkt_clickid"] = id;
                target["mkt_network"] = network;
            }
        if (parameters.TryGetValue("_sp", out var link))
            DeriveFromLink(target, link);
    }

    /// <summary>A cross-domain link carries the visitor's id on the site it comes from and the time of the click: <c>id.milliseconds</c>.</summary>
    private static void DeriveFromLink(TrackerEvent target, string link)
    {
        var parts = link.Split('.');
        target["refr_domain_userid"] = parts[0];
        if (parts.Length > 1 && TrackerParameters.TryReadTimestamp(parts[1], out var time))
            target["refr_dvce_tstamp"] = time.ToColumnText();
    }
}
