using System.Security.Cryptography;
using System.Text;

namespace Signals.Engine.Access;

/// <summary>A freshly made key pair: the only moment at which its secret half is known.</summary>
/// <param name="Key">What is stored.</param>
/// <param name="Secret">The secret half, a random UUID (122 random bits); shown once, never stored.</param>
public sealed record NewApiKey(ApiKey Key, string Secret);

/// <summary>Makes, checks and revokes API key pairs.</summary>
public sealed class ApiKeys(IAccessStore store, TimeProvider time)
{
    private const int MaxSecretLength = 256;

    /// <summary>Makes a key pair and stores it with the secret hashed.</summary>
    /// <param name="organization">Organisation, 1 to 128 characters; part of the path of the token exchange.</param>
    /// <param name="name">What to call it, 1 to 128 characters.</param>
    /// <param name="scopes">Members of <see cref="AccessScopes.All"/>, at least one.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <exception cref="ArgumentException">An argument is out of range; the message says which and what is expected.</exception>
    public async Task<NewApiKey> CreateAsync(
        string organization, string name, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        RequireText(organization, nameof(organization));
        RequireText(name, nameof(name));
        if (scopes.Count == 0)
            throw new ArgumentException("At least one scope is needed.", nameof(scopes));
        foreach (var scope in scopes)
        {
            if (!AccessScopes.All.Contains(scope))
                throw new ArgumentException($"Unknown scope '{scope}'; known are {string.Join(", ", AccessScopes.All)}.", nameof(scopes));
        }

        var secret = NewUuid();
        var key = new ApiKey(NewUuid(), organization, name, HashOf(secret), [.. scopes.Distinct()], time.GetUtcNow(), RevokedAt: null);
        await store.AddApiKeyAsync(key, cancellationToken);
        return new NewApiKey(key, secret);
    }

    /// <summary>The key pair, if both halves fit, it belongs to the organisation and it is not revoked; else null.</summary>
    public async ValueTask<ApiKey?> VerifyAsync(
        string organization, string keyId, string secret, CancellationToken cancellationToken)
    {
        var key = await VerifyAsync(keyId, secret, cancellationToken);
        return key?.Organization == organization ? key : null;
    }

    /// <summary>The key pair, if both halves fit and it is not revoked, whichever organisation it belongs to; else null.</summary>
    public async ValueTask<ApiKey?> VerifyAsync(string keyId, string secret, CancellationToken cancellationToken)
    {
        if (keyId.Length is 0 or > 128 || secret.Length is 0 or > MaxSecretLength)
            return null;

        var key = await store.FindApiKeyAsync(keyId, cancellationToken);
        // The hash is compared even for an unknown key, so that the time taken does not tell which half was wrong.
        var expected = key?.SecretHash ?? new byte[SHA256.HashSizeInBytes];
        var fits = CryptographicOperations.FixedTimeEquals(expected.Span, HashOf(secret));
        return fits && key is { RevokedAt: null } ? key : null;
    }

    /// <summary>All key pairs, oldest first.</summary>
    public ValueTask<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) => store.ListApiKeysAsync(cancellationToken);

    /// <summary>Revokes a key pair, and with it the tokens it was exchanged for. False when it is unknown or already revoked.</summary>
    public ValueTask<bool> RevokeAsync(string keyId, CancellationToken cancellationToken) =>
        store.RevokeApiKeyAsync(keyId, time.GetUtcNow(), cancellationToken);

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string NewUuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static void RequireText(string value, string argument)
    {
        if (value.Length is 0 or > 128)
            throw new ArgumentException($"Expected 1 to 128 characters, not {value.Length}.", argument);
    }
}
