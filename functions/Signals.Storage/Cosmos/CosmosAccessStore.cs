using System.Security.Cryptography;
using System.Text.Json;
using Signals.Engine.Access;

namespace Signals.Storage.Cosmos;

/// <summary>
/// API keys and the signing key in a container of their own, so that rights can be given without it. Keys are few: they share a logical
/// partition, from which they are listed.
/// </summary>
/// <param name="account">The account.</param>
public sealed class CosmosAccessStore(CosmosAccount account) : IAccessStore
{
    private const string Keys = "api_keys";
    private const string Secrets = "secrets";
    private const string SigningKey = "signing_key";
    private const int SigningKeyBytes = 32;

    private readonly CosmosContainer _container = account.Container(CosmosContainers.Access);

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">A key pair of this id exists.</exception>
    public async ValueTask AddApiKeyAsync(ApiKey key, CancellationToken cancellationToken)
    {
        if (!(await _container.CreateAsync(Keys, ToItem(key), cancellationToken)).IsDone)
            throw new InvalidOperationException($"There is an API key {key.KeyId} already.");
    }

    /// <inheritdoc />
    public async ValueTask<ApiKey?> FindApiKeyAsync(string keyId, CancellationToken cancellationToken) =>
        await _container.ReadAsync(CosmosId.Encode(keyId), Keys, cancellationToken) is { } item ? ToKey(item.Parse()) : null;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<ApiKey>> ListApiKeysAsync(CancellationToken cancellationToken) =>
        [.. (await _container.ReadAllAsync(null, Keys, cancellationToken)).Select(ToKey).OrderBy(key => key.CreatedAt)];

    /// <inheritdoc />
    public async ValueTask<bool> RevokeApiKeyAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var id = CosmosId.Encode(keyId);
        while (await _container.ReadAsync(id, Keys, cancellationToken) is { } item)
        {
            var key = ToKey(item.Parse());
            if (key.RevokedAt is not null)
                return false;
            if ((await _container.ReplaceAsync(id, Keys, ToItem(key with { RevokedAt = at }), item.ETag, cancellationToken)).IsDone)
                return true;
        }
        return false;
    }

    /// <inheritdoc />
    public async ValueTask<ReadOnlyMemory<byte>> GetOrCreateSigningKeyAsync(CancellationToken cancellationToken)
    {
        if (await ReadSigningKeyAsync(cancellationToken) is { } known)
            return known;
        var fresh = CosmosItem.Write(
            SigningKey, Secrets, RandomNumberGenerator.GetBytes(SigningKeyBytes), static (json, key) => json.WriteBase64String("value", key));
        await _container.CreateAsync(Secrets, fresh, cancellationToken);
        // Whoever came first has made it, this process or another.
        return await ReadSigningKeyAsync(cancellationToken)
            ?? throw new InvalidOperationException("The signing key was removed while it was being made.");
    }

    private async Task<byte[]?> ReadSigningKeyAsync(CancellationToken cancellationToken) =>
        await _container.ReadAsync(SigningKey, Secrets, cancellationToken) is { } item ? item.Parse().GetProperty("value").GetBytesFromBase64() : null;

    private static ReadOnlyMemory<byte> ToItem(ApiKey key) => CosmosItem.Write(CosmosId.Encode(key.KeyId), Keys, key, static (json, key) =>
    {
        json.WriteString("key_id", key.KeyId);
        json.WriteString("organization", key.Organization);
        json.WriteString("name", key.Name);
        json.WriteBase64String("secret_hash", key.SecretHash.Span);
        json.WriteStartArray("scopes");
        foreach (var scope in key.Scopes)
            json.WriteStringValue(scope);
        json.WriteEndArray();
        json.WriteString("created_at", key.CreatedAt);
        if (key.RevokedAt is { } revokedAt)
            json.WriteString("revoked_at", revokedAt);
    });

    private static ApiKey ToKey(JsonElement json) => new(
        json.GetProperty("key_id").GetString()!,
        json.GetProperty("organization").GetString()!,
        json.GetProperty("name").GetString()!,
        json.GetProperty("secret_hash").GetBytesFromBase64(),
        [.. json.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()!)],
        json.GetProperty("created_at").GetDateTimeOffset(),
        json.TryGetProperty("revoked_at", out var revokedAt) ? revokedAt.GetDateTimeOffset() : null);
}
