namespace Signals.Engine.Events;

/// <summary>What the collector knows of a request (spec enriched-events, section 8.4).</summary>
public sealed record CollectorRequest
{
    /// <summary>HTTP method; everything but POST means that the event is in the query string.</summary>
    public required string Method { get; init; }

    /// <summary>Path from the first slash: <c>/vendor/version</c>, or one of the old paths <c>/i</c> and <c>/ice.png</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Query string without the question mark, still encoded.</summary>
    public string Query { get; init; } = "";

    /// <summary>Content type; null when there is none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Body; empty for GET.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Address of the client; <c>unknown</c> under server-side anonymisation.</summary>
    public string IpAddress { get; init; } = "";

    /// <summary>The <c>User-Agent</c> header; empty when there is none.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>The <c>Referer</c> header; empty when there is none.</summary>
    public string Referer { get; init; } = "";

    /// <summary>The id of spec section 8.3: nil UUID, <c>nuid</c>, cookie or a new UUID. One that is no UUID makes a bad row.</summary>
    public required string NetworkUserId { get; init; }

    /// <summary>Host that the request was sent to.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Headers as <c>Name: value</c>; shown in bad rows.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>When it was received; becomes <c>collector_tstamp</c>.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    internal const string SnowplowVendor = "com.snowplowanalytics.snowplow";

    /// <summary>First segment of the path; Snowplow's own for the old paths.</summary>
    internal string Vendor => IsOldPath ? SnowplowVendor : Segment(1);

    /// <summary>Second segment of the path; <c>tp1</c> for the old paths.</summary>
    internal string Version => IsOldPath ? "tp1" : Segment(2);

    private bool IsOldPath => Path is "/i" or "/ice.png";

    private string Segment(int place)
    {
        var segments = Path.Split('/', 4);
        return place < segments.Length ? segments[place] : "";
    }
}
