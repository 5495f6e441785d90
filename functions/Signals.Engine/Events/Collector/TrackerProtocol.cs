using System.Text;

namespace Signals.Engine.Events;

/// <summary>
/// Turns requests of Snowplow trackers into log records, the way Stream Collector and Enrich do (spec enriched-events, sections 8, 9
/// and 13). Entities and payloads are checked for their form; they are not validated against a schema registry.
/// </summary>
public static class TrackerProtocol
{
    /// <summary>Longest line in bytes; the limit of Enrich for a Kafka record.</summary>
    public const int MaxLineBytes = 1_000_000;

    internal const string JsonTypes = "application/json, application/json; charset=utf-8";

    /// <summary>Adds to the chunk one enriched line for every event of the request that can be mapped, and one bad row for every failure.</summary>
    /// <param name="request">The request.</param>
    /// <param name="target">The chunk.</param>
    public static void Map(CollectorRequest request, LogChunkBuilder target)
    {
        if (!Guid.TryParseExact(request.NetworkUserId, "D", out _))
        {
            Refuse(target, BadRow.CollectorPayloadFormatViolation(request, "networkUserId", request.NetworkUserId, "a valid UUID"));
            return;
        }
        if (!QueryText.IsWellFormed(request.Query))
        {
            Refuse(target, BadRow.CollectorPayloadFormatViolation(request, "querystring", request.Query, "a query string with percent encoding"));
            return;
        }
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in QueryText.Parse(request.Query))
            query[name] = value;

        switch (request.Vendor, request.Version)
        {
            case (CollectorRequest.SnowplowVendor, "tp1"):
            case (CollectorRequest.SnowplowVendor, "tp2") when request.Body.IsEmpty && !IsPost(request):
                MapQuery(request, query, target);
                break;
            case (CollectorRequest.SnowplowVendor, "tp2"):
                MapBody(request, query, target);
                break;
            case (IgluWebhook.Vendor, IgluWebhook.Version):
                MapWebhook(request, query, target);
                break;
            default:
                Refuse(target, BadRow.AdapterFailure(request,
                    [BadRowMessage.Expected("vendor/version", $"{request.Vendor}/{request.Version}", "vendor/version combination is not supported")]));
                break;
        }
    }

    internal static bool IsJson(string? contentType) =>
        contentType is not null
        && (contentType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || contentType.Replace(" ", "", StringComparison.Ordinal).Equals("application/json;charset=utf-8", StringComparison.OrdinalIgnoreCase));

    private static bool IsPost(CollectorRequest request) => request.Method.Equals("POST", StringComparison.OrdinalIgnoreCase);

    private static void MapQuery(CollectorRequest request, Dictionary<string, string> query, LogChunkBuilder target)
    {
        if (query.Count == 0)
            Refuse(target, BadRow.TrackerProtocolViolation(request, [BadRowMessage.Expected("querystring", null, "querystring should not be empty")]));
        else
            MapEvent(request, query, target);
    }

    private static void MapBody(CollectorRequest request, Dictionary<string, string> query, LogChunkBuilder target)
    {
        if (!IsJson(request.ContentType))
        {
            Refuse(target, BadRow.AdapterFailure(request, [BadRowMessage.Expected("contentType", request.ContentType, $"expected one of {JsonTypes}")]));
            return;
        }
        using var body = SelfDescribingJson.Parse(request.Body, out var error);
        if (body is null)
        {
            Refuse(target, BadRow.AdapterFailure(request, [BadRowMessage.Unreadable("body", Encoding.UTF8.GetString(request.Body.Span), error)]));
            return;
        }
        var events = TrackerPayload.Read(body.RootElement, out var messages);
        if (events is null)
        {
            Refuse(target, BadRow.TrackerProtocolViolation(request, messages));
            return;
        }
        foreach (var parameters in events)
        {
            foreach (var (name, value) in query)
                parameters[name] = value;
            MapEvent(request, parameters, target);
        }
    }

    private static void MapWebhook(CollectorRequest request, Dictionary<string, string> query, LogChunkBuilder target)
    {
        var events = IgluWebhook.Read(request, query, out var message);
        if (events is null)
            Refuse(target, BadRow.AdapterFailure(request, message is null ? [] : [message]));
        else
            foreach (var parameters in events)
                MapEvent(request, parameters, target);
    }

    /// <summary>One event is one line or one bad row: the errors of the first phase that has any, all of them together.</summary>
    private static void MapEvent(CollectorRequest request, Dictionary<string, string> parameters, LogChunkBuilder target)
    {
        var mapped = TrackerMapping.Map(parameters, request);
        if (mapped.Violations.Count > 0)
        {
            Refuse(target, BadRow.SchemaViolation(request, mapped, mapped.Violations));
            return;
        }
        if (mapped.Failures.Count > 0)
        {
            Refuse(target, BadRow.EnrichmentFailure(request, mapped, mapped.Failures));
            return;
        }
        if (TrackerMapping.FindLengthViolations(mapped) is { Count: > 0 } tooLong)
        {
            Refuse(target, BadRow.SchemaViolation(request, mapped, tooLong));
            return;
        }
        var line = mapped.ToLine();
        if (line.Length > MaxLineBytes)
            Refuse(target, BadRow.SizeViolation(MaxLineBytes, line.Length, "an enriched event", line, request.ReceivedAt));
        else
            target.Add(LogRecordKind.EnrichedLine, line);
    }

    private static void Refuse(LogChunkBuilder target, ReadOnlyMemory<byte> badRow) => target.Add(LogRecordKind.BadRow, badRow.Span);
}
