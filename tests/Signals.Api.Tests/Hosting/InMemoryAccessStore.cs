using System.Collections.Concurrent;
using System.Security.Cryptography;
using Signals.Engine.Access;

namespace Signals.Api.Tests.Hosting;

public sealed class InMemoryAccessStore : IAccessStore
{
    private readonly ConcurrentDictionary<string, ApiKey> _keys = new();
    private readonly byte[] _signingKey = RandomNumberGenerator.GetBytes(32);

    public ValueTask AddApiKeyAsync(ApiKey key, CancellationToken cancellationToken)
    {
        _keys[key.KeyId] = key;
        return ValueTask.CompletedTask;
    }

    public ValueTask<ApiKey?> FindApiKeyAsync(string keyId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_keys.GetValueOrDefault(keyId));

    public ValueTask<IReadOnlyList<ApiKey>> ListApiKeysAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ApiKey>>([.. _keys.Values.OrderBy(k => k.CreatedAt)]);

    public ValueTask<bool> RevokeApiKeyAsync(string keyId, DateTimeOffset at, CancellationToken cancellationToken) =>
        ValueTask.FromResult(
            _keys.TryGetValue(keyId, out var key) && key.RevokedAt is null && _keys.TryUpdate(keyId, key with { RevokedAt = at }, key));

    public ValueTask<ReadOnlyMemory<byte>> GetOrCreateSigningKeyAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>>(_signingKey);
}
