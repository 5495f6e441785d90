using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Signals.Storage.Cosmos;

/// <summary>The logical partitions that hold the bad rows of one partition of a log, each from a sequence number on.</summary>
/// <param name="Partition">Partition of the log.</param>
/// <param name="Starts">Where each begins, rising; what comes before the second belongs to the first.</param>
internal sealed record CosmosBadRowGenerations(int Partition, IReadOnlyList<long> Starts)
{
    /// <summary>Number of the one that a sequence number belongs to.</summary>
    public int Of(long sequence)
    {
        var generation = Starts.Count - 1;
        while (generation > 0 && sequence < Starts[generation])
            generation--;
        return generation;
    }

    /// <summary>Partition key of one.</summary>
    public string PartitionKeyOf(int generation) => string.Create(CultureInfo.InvariantCulture, $"{Partition}-{generation}");
}

/// <summary>
/// Says where bad rows are. It only grows, so what a process has read once stays true; that it is not complete shows when rows
/// are added to a logical partition that is closed.
/// </summary>
internal sealed class CosmosBadRowDirectory(CosmosContainer container)
{
    private const string PartitionKey = "directory";

    private readonly ConcurrentDictionary<int, CosmosBadRowGenerations> _known = new();

    /// <summary>Where the bad rows of a partition of the log are; makes the entry when there is none.</summary>
    public async Task<CosmosBadRowGenerations> FindAsync(int partition, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(partition, out var known))
            return known;
        while (true)
        {
            if (await container.ReadAsync(IdOf(partition), PartitionKey, cancellationToken) is { } item)
                return _known[partition] = Read(item.Parse());
            await container.CreateAsync(PartitionKey, ToItem(new CosmosBadRowGenerations(partition, [0])), cancellationToken);
        }
    }

    /// <summary>Makes sure that a generation is followed by another that begins where it ended.</summary>
    public async Task ExtendAsync(int partition, int generation, long start, CancellationToken cancellationToken)
    {
        while (await container.ReadAsync(IdOf(partition), PartitionKey, cancellationToken) is { } item)
        {
            var generations = Read(item.Parse());
            if (generations.Starts.Count == generation + 1)
            {
                generations = generations with { Starts = [.. generations.Starts, start] };
                if (!(await container.ReplaceAsync(IdOf(partition), PartitionKey, ToItem(generations), item.ETag, cancellationToken)).IsDone)
                    continue;
            }
            _known[partition] = generations;
            return;
        }
        throw new InvalidDataException($"The directory of bad rows has lost its entry for partition {partition}.");
    }

    /// <summary>Everything there is.</summary>
    public async Task<IReadOnlyList<CosmosBadRowGenerations>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await container.ReadAllAsync(null, PartitionKey, cancellationToken)).Select(Read)];

    private static string IdOf(int partition) => partition.ToString(CultureInfo.InvariantCulture);

    private static CosmosBadRowGenerations Read(JsonElement json) => new(
        json.GetProperty("partition").GetInt32(), [.. json.GetProperty("starts").EnumerateArray().Select(start => start.GetInt64())]);

    private static ReadOnlyMemory<byte> ToItem(CosmosBadRowGenerations generations) =>
        CosmosItem.Write(IdOf(generations.Partition), PartitionKey, generations, static (json, generations) =>
        {
            json.WriteNumber("partition", generations.Partition);
            json.WriteStartArray("starts");
            foreach (var start in generations.Starts)
                json.WriteNumberValue(start);
            json.WriteEndArray();
        });
}
