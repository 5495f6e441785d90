namespace Signals.Engine.Events;

/// <summary>Turns the parameters of one event into columns, the way Enrich does (spec enriched-events, sections 5, 6 and 9).</summary>
internal static class TrackerMapping
{
    private const string SnowplowVendor = CollectorRequest.SnowplowVendor;

    /// <summary>What wrote a line when no tracker says otherwise: <c>v_collector</c> and <c>v_etl</c>.</summary>
    private static readonly string Program = $"{BadRow.Artifact}-{BadRow.Version}";

    /// <summary>Maps one event.</summary>
    public static TrackerEvent Map(IReadOnlyDictionary<string, string> parameters, CollectorRequest request)
    {
        var target = new TrackerEvent(parameters);
        TrackerParameters.Convert(target);
        var payload = SelfDescribingJson.ReadUnstruct(target);
        SelfDescribingJson.ReadContexts(target);
        SetType(target, payload);
        SetFromRequest(target, request);
        SetDerivedTime(target, EventTime.From(request.ReceivedAt));
        PageColumns.Derive(target);
        return target;
    }

    /// <summary>What makes the event a bad row although it could be mapped: columns that are longer than they may be.</summary>
    public static IReadOnlyList<BadRowMessage> FindLengthViolations(TrackerEvent target)
    {
        var messages = new List<BadRowMessage>();
        for (var i = 0; i < AtomicColumns.Count; i++)
            if (AtomicColumns.All[i] is { MaxLength: > 0 } column && target[i]?.Length > column.MaxLength)
                messages.Add(BadRowMessage.TooLong(column));
        return messages;
    }

    private static void SetType(TrackerEvent target, IgluUri? payload)
    {
        switch (target.Parameter("e"))
        {
            case "pv":
                SetType(target, "page_view", SnowplowVendor, "page_view");
                break;
            case "pp":
                SetType(target, "page_ping", SnowplowVendor, "page_ping");
                break;
            case "se" or "ev":
                SetType(target, "struct", "com.google.analytics", "event");
                break;
            case "tr":
                SetType(target, "transaction", SnowplowVendor, "transaction");
                break;
            case "ti":
                SetType(target, "transaction_item", SnowplowVendor, "transaction_item");
                break;
            case "ue":
                SetType(target, "unstruct", payload?.Vendor, payload?.Name, payload?.Format, payload?.Version);
                break;
            case "ad":
                target[AtomicColumns.Event] = "ad_impression";
                target.Failures.Add(BadRowMessage.Expected("event", "ad_impression", "an event type that has a schema"));
                break;
            case null:
                target.Failures.Add(BadRowMessage.Expected("event", null, "one of the codes pv, pp, se, tr, ti, ue in parameter e"));
                break;
            default:
                target.Violations.Add(BadRowMessage.CannotConvert("e", "Field e is not one of the codes pv, pp, se, tr, ti, ue"));
                break;
        }
    }

    private static void SetType(TrackerEvent target, string kind, string? vendor, string? name, string? format = "jsonschema", string? version = "1-0-0")
    {
        target[AtomicColumns.Event] = kind;
        target[AtomicColumns.EventVendor] = vendor;
        target[AtomicColumns.EventName] = name;
        target[AtomicColumns.EventFormat] = format;
        target[AtomicColumns.EventVersion] = version;
    }

    private static void SetFromRequest(TrackerEvent target, CollectorRequest request)
    {
        var received = EventTime.From(request.ReceivedAt).ToColumnText();
        target[AtomicColumns.CollectorTstamp] = received;
        target[AtomicColumns.EtlTstamp] = received;
        target[AtomicColumns.VEtl] = Program;
        target[AtomicColumns.VCollector] ??= Program;
        target[AtomicColumns.EventId] ??= Guid.NewGuid().ToString();
        target[AtomicColumns.NetworkUserid] ??= request.NetworkUserId;
        target[AtomicColumns.UserIpaddress] ??= TrackerEvent.Clean(request.IpAddress);
        target["useragent"] ??= TrackerEvent.Clean(request.UserAgent);
        target[AtomicColumns.PageUrl] ??= TrackerEvent.Clean(request.Referer);
    }

    private static void SetDerivedTime(TrackerEvent target, EventTime collector)
    {
        var derived = collector;
        if (TimeOf(target, "true_tstamp") is { } exact)
            derived = exact;
        else if (TimeOf(target, "dvce_created_tstamp") is { } created && TimeOf(target, "dvce_sent_tstamp") is { } sent && created < sent)
        {
            var corrected = new EventTime(collector.UnixMicroseconds - (sent.UnixMicroseconds - created.UnixMicroseconds));
            // A clock that is off by millennia would lead out of the calendar.
            if (corrected >= EventTime.From(DateTimeOffset.MinValue))
                derived = corrected;
        }
        target[AtomicColumns.DerivedTstamp] = derived.ToColumnText();
    }

    private static EventTime? TimeOf(TrackerEvent target, string column) =>
        target[column] is { } text && EventTime.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var time) ? time : null;
}
