namespace Signals.Engine.Access;

/// <summary>An API key pair as it is stored: never the secret, only its hash.</summary>
/// <param name="KeyId">Public half, a UUID.</param>
/// <param name="Organization">Organisation that the key belongs to.</param>
/// <param name="Name">What its maker called it.</param>
/// <param name="SecretHash">SHA-256 of the secret half (128 random bits or more, so a slow hash adds nothing).</param>
/// <param name="Scopes">What its tokens may do.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="RevokedAt">When it was revoked, UTC; null while it is valid.</param>
public sealed record ApiKey(
    string KeyId,
    string Organization,
    string Name,
    ReadOnlyMemory<byte> SecretHash,
    IReadOnlyList<string> Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt);

/// <summary>Where API keys and the key that signs access tokens are kept.</summary>
public interface IAccessStore
{
    /// <summary>Adds a key pair.</summary>
    ValueTask AddApiKeyAsync(ApiKey key, CancellationToken cancellationToken);

    /// <summary>Finds a key pair by its public half, revoked or not; null when unknown.</summary>
    ValueTask<ApiKey?> FindApiKeyAsync(string keyId, CancellationToken cancellationToken);

    /// <summary>All key pairs, oldest first.</summary>
    ValueTask<IReadOnlyList<ApiKey>> ListApiKeysAsync(CancellationToken cancellationToken);

    /// <summary>Revokes a key pair. False when it is unknown or already revoked.</summary>
    ValueTask<bool> RevokeApiKeyAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The 256-bit key that signs access tokens; made at random on first use, the same for all processes on this store.</summary>
    ValueTask<ReadOnlyMemory<byte>> GetOrCreateSigningKeyAsync(CancellationToken cancellationToken);
}
