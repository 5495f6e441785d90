namespace Signals.Api.Interventions;

/// <summary>Settings of the subscriptions to interventions (spec signals-api 11.1).</summary>
public sealed record SubscriptionOptions
{
    /// <summary>Open subscriptions per client address; more are refused with 429. 1 and up. IPv6 addresses count by their /64 network.</summary>
    public int MaxPerAddress { get; init; } = 100;

    /// <summary>Open subscriptions of this process; more are refused with 503. 1 and up.</summary>
    public int MaxTotal { get; init; } = 25_000;

    /// <summary>Identifiers per subscription and per push; 1 to 1000.</summary>
    public int MaxIdentifiers { get; init; } = 100;

    /// <summary>Messages that may wait for a slow reader before it is cut off; 1 to 10,000.</summary>
    public int MaxWaitingMessages { get; init; } = 256;

    /// <summary>Bytes that may wait for a slow reader before it is cut off; 64 KB and up. A single message always may.</summary>
    public int MaxWaitingBytes { get; init; } = 1024 * 1024;

    /// <summary>How long a reader may take none of what was sent before it is cut off; one second to ten minutes.</summary>
    public TimeSpan MaxStall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between two keep-alive comments; 100 ms to one minute.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Header in which the reverse proxy in front of this process adds the client's address at the end of a list, for instance
    /// <c>X-Forwarded-For</c>; null when there is no proxy.
    /// </summary>
    public string? ClientAddressHeader { get; init; }

    /// <summary>Whether a subscription needs a token made by <c>POST /api/v1/interventions/subscription-token</c>.</summary>
    public bool RequireToken { get; init; }

    internal void Validate(Action<bool, string, string> require)
    {
        require(MaxPerAddress >= 1, Name(nameof(MaxPerAddress)), "1 and up");
        require(MaxTotal >= 1, Name(nameof(MaxTotal)), "1 and up");
        require(MaxIdentifiers is >= 1 and <= 1000, Name(nameof(MaxIdentifiers)), "1 to 1000");
        require(MaxWaitingMessages is >= 1 and <= 10_000, Name(nameof(MaxWaitingMessages)), "1 to 10000");
        require(MaxWaitingBytes >= 64 * 1024, Name(nameof(MaxWaitingBytes)), "64 KB and up");
        require(MaxStall >= TimeSpan.FromSeconds(1) && MaxStall <= TimeSpan.FromMinutes(10), Name(nameof(MaxStall)), "one second to ten minutes");
        require(KeepAlive >= TimeSpan.FromMilliseconds(100) && KeepAlive <= TimeSpan.FromMinutes(1), Name(nameof(KeepAlive)), "100 ms to one minute");
        require(ClientAddressHeader is null or { Length: > 0 and <= 128 }, Name(nameof(ClientAddressHeader)), "the name of a header, or none");
    }

    private static string Name(string member) => $"{nameof(SignalsApiOptions.Subscriptions)}:{member}";
}
