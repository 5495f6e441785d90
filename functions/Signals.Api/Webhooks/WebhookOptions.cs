namespace Signals.Api.Webhooks;

/// <summary>Settings of webhooks.</summary>
public sealed record WebhookOptions
{
    /// <summary>Whether plain http is allowed, for development.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Whether addresses that are not public are allowed (this machine, private networks), for development.</summary>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>Time for one attempt, from connecting to the answer's headers; 100 ms to one minute.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts under way at the same time per webhook; 1 to 64.</summary>
    public int MaxConcurrent { get; init; } = 4;

    /// <summary>Time before the second attempt; it doubles with each, up to 15 minutes, give or take a half. 10 ms to one minute.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate(Action<bool, string, string> require)
    {
        require(Timeout >= TimeSpan.FromMilliseconds(100) && Timeout <= TimeSpan.FromMinutes(1), Name(nameof(Timeout)), "100 ms to one minute");
        require(MaxConcurrent is >= 1 and <= 64, Name(nameof(MaxConcurrent)), "1 to 64");
        require(FirstRetry >= TimeSpan.FromMilliseconds(10) && FirstRetry <= TimeSpan.FromMinutes(1), Name(nameof(FirstRetry)), "10 ms to one minute");
    }

    private static string Name(string member) => $"{nameof(SignalsApiOptions.Webhooks)}:{member}";
}
