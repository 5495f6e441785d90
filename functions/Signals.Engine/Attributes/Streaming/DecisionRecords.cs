using System.Collections.Concurrent;
using System.Globalization;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// The decision records of the partitions, kept among the profiles. Remembered from batch to batch; read when a partition is met for the
/// first time, after a failure, and when another process turns out to have worked on the partition.
/// </summary>
internal sealed class DecisionRecords(IProfileStore profiles)
{
    /// <summary>The attribute key that they stand under; no user can choose it.</summary>
    public const string AttributeKey = "$decisions";

    /// <summary>Longer than any log keeps the events that a repetition could begin with.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(100);

    private readonly ConcurrentDictionary<int, (DecisionRecord Record, long End)> _finished = [];

    /// <summary>Where the record of a partition is kept.</summary>
    public static ProfileKey KeyOf(int partition) => new(AttributeKey, partition.ToString(CultureInfo.InvariantCulture));

    /// <summary>Begins a round with the record of its partition as it is known.</summary>
    public async ValueTask<RoundDecisions> BeginAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        var partition = batch.Start.Partition;
        if (_finished.TryRemove(partition, out var before) && before.End + 1 == batch.Start.Sequence)
            return new RoundDecisions(before.Record, batch.Start, batch.End, continues: true);
        return new RoundDecisions(await ReadAsync(partition, cancellationToken), batch.Start, batch.End, continues: false);
    }

    /// <summary>Remembers the record after a round that is finished.</summary>
    public void Finish(RoundDecisions decisions) => _finished[decisions.Partition] = (decisions.Record, decisions.End.Sequence);

    /// <summary>
    /// Puts on record what was decided, if anything was. False when another process was faster to decide: then the decisions are
    /// those of the other, and the round has to be folded again.
    /// </summary>
    public async ValueTask<bool> TryKeepAsync(RoundDecisions decisions, EventTime now, CancellationToken cancellationToken)
    {
        if (decisions.MayBeOutdated)
        {
            var current = await ReadAsync(decisions.Partition, cancellationToken);
            if (!decisions.Confirm(current))
                return false;
        }
        if (!decisions.HasNews)
            return true;
        var record = decisions.ToRecord();
        var write = new ProfileWrite(KeyOf(decisions.Partition), record.Encode(), record.ETag, now.ToDateTimeOffset() + Lifetime);
        if ((await profiles.WriteAsync([write], cancellationToken))[0] is { } etag)
        {
            decisions.Kept(record with { ETag = etag });
            return true;
        }
        decisions.Adopt(await ReadAsync(decisions.Partition, cancellationToken));
        return false;
    }

    private async ValueTask<DecisionRecord> ReadAsync(int partition, CancellationToken cancellationToken)
    {
        if ((await profiles.ReadAsync([KeyOf(partition)], cancellationToken))[0] is not { } stored)
            return DecisionRecord.None;
        try
        {
            return DecisionRecord.Decode(stored.State, stored.ETag);
        }
        catch (InvalidDataException error)
        {
            // No event is to blame for it: the partition waits for a program that can read it, or for somebody to delete it.
            throw new StoreUnavailableException($"The decision record of partition {partition}", null, error);
        }
    }
}
