using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Access;

namespace Signals.Api.Interventions;

/// <summary>
/// Signed permissions to subscribe to exactly one set of identifiers, for installations whose identifiers can be known to others:
/// <c>expiry.signature</c>, where the signature is an HMAC-SHA256 over the expiry (Unix seconds) and the sorted <c>key=id</c> pairs.
/// </summary>
internal sealed class SubscriptionTokens(IAccessStore store, TimeProvider time)
{
    private byte[]? _key;

    /// <summary>Makes a token.</summary>
    public async ValueTask<string> IssueAsync(IReadOnlyList<SubscriptionKey> keys, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var expiry = expiresAt.ToUnixTimeSeconds();
        var signature = Sign(await SigningKeyAsync(cancellationToken), expiry, keys);
        return string.Create(CultureInfo.InvariantCulture, $"{expiry}.{Base64Url.EncodeToString(signature)}");
    }

    /// <summary>Whether a token permits to subscribe to these identifiers now.</summary>
    public async ValueTask<bool> IsValidAsync(string token, IReadOnlyList<SubscriptionKey> keys, CancellationToken cancellationToken)
    {
        var dot = token.IndexOf('.');
        if (dot < 0 || !long.TryParse(token.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var expiry))
            return false;
        var given = new byte[HMACSHA256.HashSizeInBytes];
        if (!Base64Url.TryDecodeFromChars(token.AsSpan(dot + 1), given, out var length) || length != given.Length)
            return false;
        var expected = Sign(await SigningKeyAsync(cancellationToken), expiry, keys);
        return CryptographicOperations.FixedTimeEquals(expected, given) && time.GetUtcNow().ToUnixTimeSeconds() < expiry;
    }

    private static byte[] Sign(byte[] key, long expiry, IReadOnlyList<SubscriptionKey> keys)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{expiry}");
        foreach (var pair in keys.Select(one => $"{one.AttributeKey}={one.Identifier}").Order(StringComparer.Ordinal))
            text.Append('\n').Append(pair);
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>A key of its own out of the one that signs access tokens: neither kind of token can pass for the other.</summary>
    private async ValueTask<byte[]> SigningKeyAsync(CancellationToken cancellationToken) =>
        _key ??= HMACSHA256.HashData((await store.GetOrCreateSigningKeyAsync(cancellationToken)).Span, "subscription-token-1"u8);
}
