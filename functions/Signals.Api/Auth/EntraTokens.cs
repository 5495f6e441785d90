using System.Collections.Frozen;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Signals.Engine.Access;

namespace Signals.Api.Auth;

/// <summary>
/// Checks access tokens of Entra ID: signature by a key of the tenant, issuer, audience, lifetime. What they permit are those of their
/// roles and delegated permissions that have the name of a scope.
/// </summary>
internal sealed class EntraTokens(EntraOptions options, EntraKeys keys, TimeProvider time)
{
    /// <summary>How far clocks may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(2);

    private static readonly FrozenSet<string> Known = AccessScopes.All.ToFrozenSet(StringComparer.Ordinal);

    private readonly JsonWebTokenHandler _handler = new();

    /// <summary>What the token permits; null when it is not valid.</summary>
    /// <exception cref="Engine.Events.StoreUnavailableException">The keys of the tenant cannot be had, so nobody can say.</exception>
    public async ValueTask<AccessGrant?> ValidateAsync(JsonWebToken token, CancellationToken cancellationToken)
    {
        if (token.Alg != SecurityAlgorithms.RsaSha256 || string.IsNullOrEmpty(token.Kid) || !IsAccessToken(token) || !options.Issuers.Contains(token.Issuer))
            return null;
        if (await keys.FindAsync(token.Kid, cancellationToken) is not { } key)
            return null;
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,
            ValidIssuers = options.Issuers,
            ValidAudiences = options.Audiences,
            RequireExpirationTime = true,
            LifetimeValidator = IsAlive,
        });
        return result.IsValid ? new AccessGrant(SubjectOf(token), ScopesOf(token)) : null;
    }

    /// <summary>Says which client it was given to, which an ID token of the same application does not.</summary>
    private static bool IsAccessToken(JsonWebToken token) => token.TryGetClaim("azp", out _) || token.TryGetClaim("appid", out _);

    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return expires > now - ClockSkew && (notBefore is null || notBefore < now + ClockSkew);
    }

    /// <summary>The user or application: its object id in the tenant, which is the same in the tokens for all applications.</summary>
    private static string SubjectOf(JsonWebToken token) => $"entra:{(token.TryGetPayloadValue<string>("oid", out var id) ? id : token.Subject)}";

    private static FrozenSet<string> ScopesOf(JsonWebToken token) => token.Claims
        .Where(claim => claim.Type is "roles" or "scp")
        .SelectMany(claim => claim.Type == "scp" ? claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [claim.Value])
        .Where(Known.Contains)
        .ToFrozenSet(StringComparer.Ordinal);
}
