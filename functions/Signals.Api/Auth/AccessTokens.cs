using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Signals.Engine.Access;

namespace Signals.Api.Auth;

/// <summary>What a valid token permits.</summary>
/// <param name="Subject">Whose it is: an API key id, <c>entra:</c> with an object id, or <see cref="Sandbox"/>.</param>
/// <param name="Scopes">Its scopes.</param>
internal sealed record AccessGrant(string Subject, FrozenSet<string> Scopes)
{
    /// <summary>Whose sandbox tokens are.</summary>
    public const string Sandbox = "sandbox";
}

/// <summary>Issues access tokens and checks what comes as Bearer value: sandbox tokens, JWTs of this installation, and those of Entra ID.</summary>
internal sealed class AccessTokens
{
    private const int MaxTokenLength = 8192;
    private const int MostRememberedKeys = 10_000;

    /// <summary>How long a revoked key may go on working in another process.</summary>
    private static readonly TimeSpan KeyMemory = TimeSpan.FromSeconds(2);

    private readonly IAccessStore _store;
    private readonly TimeProvider _time;
    private readonly SignalsApiOptions _options;
    private readonly EntraTokens? _entra;
    private readonly (byte[] Hash, AccessGrant Grant)[] _sandbox;
    private readonly JsonWebTokenHandler _jwt = new() { SetDefaultTimesOnTokenCreation = false, MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly ConcurrentDictionary<string, (bool Valid, long CheckedAt)> _keys = new(StringComparer.Ordinal);
    private TokenValidationParameters? _validation;

    public AccessTokens(IAccessStore store, TimeProvider time, SignalsApiOptions options, EntraTokens? entra = null)
    {
        _entra = entra;
        _store = store;
        _time = time;
        _options = options;
        _sandbox = [.. options.SandboxTokens.Select(t => (HashOf(t.Token), new AccessGrant(AccessGrant.Sandbox, t.Scopes.ToFrozenSet(StringComparer.Ordinal))))];
    }

    /// <summary>A JWT for a verified key pair.</summary>
    public async ValueTask<string> IssueAsync(ApiKey key, CancellationToken cancellationToken)
    {
        var validation = await ValidationAsync(cancellationToken);
        var now = _time.GetUtcNow().UtcDateTime;
        return _jwt.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _options.TokenIssuer,
            IssuedAt = now,
            Expires = now + _options.TokenLifetime,
            SigningCredentials = new SigningCredentials(validation.IssuerSigningKey, SecurityAlgorithms.HmacSha256),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = key.KeyId,
                ["org"] = key.Organization,
                ["scopes"] = key.Scopes.ToArray(),
            },
        });
    }

    /// <summary>What the token permits; null when it is not valid (any more).</summary>
    public ValueTask<AccessGrant?> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length is 0 or > MaxTokenLength)
            return default;
        return IsJwt(token) ? ValidateJwtAsync(token, cancellationToken) : new ValueTask<AccessGrant?>(FindSandbox(token));
    }

    /// <summary>Whether the token has the shape of a JWT: two dots (spec signals-api 1.5).</summary>
    public static bool IsJwt(string token) => token.AsSpan().Count('.') == 2;

    private AccessGrant? FindSandbox(string token)
    {
        // Equal lengths for the comparison, and none of the configured tokens is skipped: the time taken tells nothing.
        var hash = HashOf(token);
        AccessGrant? found = null;
        foreach (var (expected, grant) in _sandbox)
        {
            if (CryptographicOperations.FixedTimeEquals(expected, hash))
                found = grant;
        }
        return found;
    }

    private ValueTask<AccessGrant?> ValidateJwtAsync(string token, CancellationToken cancellationToken) =>
        _entra is not null && TryRead(token) is { } jwt && jwt.Issuer != _options.TokenIssuer
            ? _entra.ValidateAsync(jwt, cancellationToken)
            : ValidateOwnAsync(token, cancellationToken);

    private static JsonWebToken? TryRead(string token)
    {
        try
        {
            return new JsonWebToken(token);
        }
        catch (Exception malformed) when (malformed is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private async ValueTask<AccessGrant?> ValidateOwnAsync(string token, CancellationToken cancellationToken)
    {
        var result = await _jwt.ValidateTokenAsync(token, await ValidationAsync(cancellationToken));
        if (!result.IsValid || result.SecurityToken is not JsonWebToken { Subject: { Length: > 0 } keyId } jwt)
            return null;
        if (!await IsKeyValidAsync(keyId, cancellationToken))
            return null;
        return new AccessGrant(keyId, jwt.Claims.Where(c => c.Type == "scopes").Select(c => c.Value).ToFrozenSet(StringComparer.Ordinal));
    }

    private async ValueTask<bool> IsKeyValidAsync(string keyId, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(keyId, out var known) && _time.GetElapsedTime(known.CheckedAt) < KeyMemory)
            return known.Valid;

        var valid = await _store.FindApiKeyAsync(keyId, cancellationToken) is { RevokedAt: null };
        if (_keys.Count >= MostRememberedKeys)
            _keys.Clear();
        _keys[keyId] = (valid, _time.GetTimestamp());
        return valid;
    }

    private async ValueTask<TokenValidationParameters> ValidationAsync(CancellationToken cancellationToken)
    {
        if (_validation is { } known)
            return known;

        var key = await _store.GetOrCreateSigningKeyAsync(cancellationToken);
        return _validation = new TokenValidationParameters
        {
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            IssuerSigningKey = new SymmetricSecurityKey(key.ToArray()),
            ValidIssuer = _options.TokenIssuer,
            ValidateAudience = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = (_, expires, _, _) => expires > _time.GetUtcNow().UtcDateTime,
        };
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
