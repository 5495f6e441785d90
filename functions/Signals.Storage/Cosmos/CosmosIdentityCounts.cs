using Microsoft.Azure.Cosmos;
using Signals.Engine.Identities;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Counts the identity graph. Counting reads the index of all there is, so it is done on demand and kept for a minute: a counter that every write
/// moves would be one item that all writers wait for.
/// </summary>
internal sealed class CosmosIdentityCounts(CosmosContainer identifiers, CosmosContainer profiles, TimeProvider time)
{
    private const string Count = "SELECT VALUE COUNT(1) FROM c";

    private static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _one = new(1);
    private (IdentityCounts Counts, DateTimeOffset At)? _latest;

    public async ValueTask<IdentityCounts> GetAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_latest is not { } latest || time.GetUtcNow() - latest.At >= LongestAge)
                _latest = latest = (await CountAsync(cancellationToken), time.GetUtcNow());
            return latest.Counts;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<IdentityCounts> CountAsync(CancellationToken cancellationToken)
    {
        var types = new Dictionary<string, long>(StringComparer.Ordinal);
        // From one type to the next by the index, so that no other place has to know which there are.
        for (var type = ""; await FindTypeAfterAsync(type, cancellationToken) is { } next; type = next)
            types[next] = await CountAsync(identifiers, CosmosIdentityDocument.Type, next, cancellationToken);
        var persons = await CountAsync(profiles, CosmosIdentityDocument.Active, CosmosIdentityDocument.Person, cancellationToken);
        var anonymous = await CountAsync(profiles, CosmosIdentityDocument.Active, CosmosIdentityDocument.Anonymous, cancellationToken);
        return new IdentityCounts(types, await CountAsync(profiles, new QueryDefinition(Count), cancellationToken), persons + anonymous, anonymous);
    }

    private async Task<string?> FindTypeAfterAsync(string type, CancellationToken cancellationToken)
    {
        const string member = $"c.{CosmosIdentityDocument.Type}";
        var query = new QueryDefinition($"SELECT TOP 1 VALUE {member} FROM c WHERE {member} > @type ORDER BY {member}").WithParameter("@type", type);
        return await identifiers.ReadAllAsync(query, null, cancellationToken) is [var found, ..] ? found.GetString() : null;
    }

    private static Task<long> CountAsync(CosmosContainer container, string member, object value, CancellationToken cancellationToken) =>
        CountAsync(container, new QueryDefinition($"{Count} WHERE c.{member} = @value").WithParameter("@value", value), cancellationToken);

    private static async Task<long> CountAsync(CosmosContainer container, QueryDefinition query, CancellationToken cancellationToken) =>
        (await container.ReadAllAsync(query, null, cancellationToken)).Sum(static count => count.GetInt64());
}
