using Signals.Api.Auth;
using Signals.Api.Interventions;
using Signals.Api.Webhooks;
using Signals.Engine.Access;

namespace Signals.Api;

/// <summary>An opaque token that clients in sandbox mode send as it is (spec signals-api 1.5).</summary>
/// <param name="Token">16 to 256 visible ASCII characters, not of the shape of a JWT (two dots).</param>
/// <param name="Scopes">What it may do: members of <see cref="AccessScopes.All"/>.</param>
public sealed record SandboxToken(string Token, IReadOnlyList<string> Scopes);

/// <summary>Settings of the HTTP surface.</summary>
public sealed record SignalsApiOptions
{
    /// <summary>The sandbox token of a local installation.</summary>
    public const string LocalSandboxToken = "local-sandbox-token";

    /// <summary>Opaque tokens that are accepted; none at all leaves only tokens exchanged for API keys.</summary>
    public IReadOnlyList<SandboxToken> SandboxTokens { get; init; } = [new(LocalSandboxToken, AccessScopes.All)];

    /// <summary>Which access tokens of Entra ID are accepted; null for none.</summary>
    public EntraOptions? Entra { get; init; }

    /// <summary>Value of <c>iss</c> in the tokens that this installation issues and accepts.</summary>
    public string TokenIssuer { get; init; } = "signals-functions";

    /// <summary>How long an exchanged token is good for; one minute to 30 days.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Origins that browsers may call the API from; empty for all. The subscription to interventions is open to all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Largest JSON body of the registry and serving endpoints, in bytes; 1 KB to 16 MB.</summary>
    public int MaxJsonBodyBytes { get; init; } = 1024 * 1024;

    /// <summary>Whether the development collector answers.</summary>
    public bool CollectorEnabled { get; init; } = true;

    /// <summary>Name of the collector's cookie.</summary>
    public string CollectorCookie { get; init; } = "sp";

    /// <summary>Largest body of <c>POST /enriched</c>, in bytes as sent and in bytes after decompression; 1 MB and up.</summary>
    public long MaxEnrichedBodyBytes { get; init; } = 1L << 30;

    /// <summary>How many bodies of <c>POST /enriched</c> are read at the same time; others wait. 1 to 64.</summary>
    public int MaxConcurrentUploads { get; init; } = 4;

    /// <summary>Settings of the subscriptions to interventions.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>Settings of webhooks.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>Checks every setting.</summary>
    /// <exception cref="ArgumentException">A setting is out of range; the message names it and says what is expected.</exception>
    public void Validate()
    {
        foreach (var token in SandboxTokens)
            ValidateToken(token);
        Require(TokenIssuer.Length is > 0 and <= 256, nameof(TokenIssuer), "1 to 256 characters");
        Require(TokenLifetime >= TimeSpan.FromMinutes(1) && TokenLifetime <= TimeSpan.FromDays(30), nameof(TokenLifetime), "one minute to 30 days");
        Require(MaxJsonBodyBytes is >= 1024 and <= 16 * 1024 * 1024, nameof(MaxJsonBodyBytes), "1 KB to 16 MB");
        Require(CollectorCookie.Length is > 0 and <= 64 && CollectorCookie.All(char.IsAsciiLetterOrDigit), nameof(CollectorCookie), "1 to 64 letters and digits");
        Require(MaxEnrichedBodyBytes >= 1024 * 1024, nameof(MaxEnrichedBodyBytes), "1 MB and up");
        Require(MaxConcurrentUploads is >= 1 and <= 64, nameof(MaxConcurrentUploads), "1 to 64");
        Entra?.Validate(Require);
        Subscriptions.Validate(Require);
        Webhooks.Validate(Require);
        foreach (var origin in AllowedOrigins)
        {
            var valid = Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.GetLeftPart(UriPartial.Authority) == origin;
            Require(valid, nameof(AllowedOrigins), $"origins such as https://app.example, not '{origin}'");
        }
    }

    private static void ValidateToken(SandboxToken token)
    {
        var visible = token.Token.Length is >= 16 and <= 256 && token.Token.All(c => c is > ' ' and <= '~');
        Require(visible, nameof(SandboxTokens), "tokens of 16 to 256 visible ASCII characters");
        Require(token.Token.Count(c => c == '.') != 2, nameof(SandboxTokens), "tokens without exactly two dots, the mark of a JWT");
        foreach (var scope in token.Scopes)
            Require(AccessScopes.All.Contains(scope), nameof(SandboxTokens), $"scopes out of {string.Join(", ", AccessScopes.All)}, not '{scope}'");
    }

    private static void Require(bool valid, string setting, string expected)
    {
        if (!valid)
            throw new ArgumentException($"Setting {setting}: expected {expected}.");
    }
}
