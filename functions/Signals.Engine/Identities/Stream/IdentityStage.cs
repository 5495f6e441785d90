using System.Buffers;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// The step between the log of enriched events and the log of resolved events: gives every event that identifies somebody its
/// identity, and puts merge events in front of the events that caused them. Safe for several threads.
/// </summary>
/// <param name="configurations">The configuration in force.</param>
/// <param name="resolver">The graph.</param>
/// <param name="extraction">Counts what is found in events.</param>
/// <param name="time">The clock.</param>
/// <param name="recent">Remembers events for looks at identifiers, where no log can be read back for them; null where one can.</param>
public sealed class IdentityStage(
    IIdentityConfigurationSource configurations, IdentityResolver resolver, ExtractionMetrics extraction, TimeProvider time, RememberedEvents? recent = null)
{
    /// <summary>Whether there is anything to resolve; without identifiers events go on as they are.</summary>
    public bool IsActive => configurations.Current.Configuration.Identifiers.Count > 0;

    /// <summary>
    /// Resolves a batch: (1) reads the identifiers of every line, (2) asks the graph, (3) writes every record out, in order: events
    /// with their identity, merge events before the events that caused them, everything else as it is. Lines that are no events
    /// go on too: the streaming engine says what is wrong with them.
    /// </summary>
    /// <returns>The merge events that were written: to be marked as published once the output is durable.</returns>
    /// <exception cref="StoreUnavailableException">Neither the graph nor the queue of deferred events answers: try again.</exception>
    public async ValueTask<IReadOnlyList<MergeEvent>> ResolveAsync(IReadOnlyList<LogRecord> records, IResolvedEvents output, CancellationToken cancellationToken)
    {
        var plan = configurations.Current;
        var now = time.GetUtcNow();
        var columns = ArrayPool<int>.Shared.Rent(records.Count * AtomicColumns.Count);
        try
        {
            var read = Read(records, plan, now, columns);
            var requests = read.Where(line => line.Request is not null).Select(line => line.Request!).ToList();
            var results = await resolver.ResolveAsync(plan.Configuration, requests, cancellationToken);
            return Write(records, read, results, columns, plan.Configuration.WritesDecisions, now, output);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(columns);
        }
    }

    /// <summary>Tells that merge events are durable in the stream.</summary>
    public ValueTask MarkPublishedAsync(IReadOnlyList<MergeEvent> merges, CancellationToken cancellationToken) =>
        resolver.MarkPublishedAsync(merges, cancellationToken);

    private ReadLine[] Read(IReadOnlyList<LogRecord> records, IdentifierPlan plan, DateTimeOffset now, int[] columns)
    {
        var reader = new IdentifierReader(extraction);
        var read = new ReadLine[records.Count];
        for (var i = 0; i < read.Length; i++)
        {
            if (records[i].Kind != LogRecordKind.EnrichedLine || !EnrichedEvent.TryRead(records[i].Payload.Span, ColumnsOf(columns, i), out var enriched))
                continue;
            recent?.Remember(enriched.Line);
            if (reader.IsMergeEvent(enriched))
                read[i] = new ReadLine(null, IsForged: true);
            else if (reader.Read(enriched, plan, now, out var request, out _) == ExtractionOutcome.Identified)
                read[i] = new ReadLine(request, IsForged: false);
        }
        return read;
    }

    private static List<MergeEvent> Write(
        IReadOnlyList<LogRecord> records, ReadLine[] read, IReadOnlyList<ResolutionResult> results, int[] columns, bool writesDecisions, DateTimeOffset now,
        IResolvedEvents output)
    {
        var merges = new List<MergeEvent>();
        var buffer = new ArrayBufferWriter<byte>(4096);
        for (int i = 0, next = 0; i < read.Length; i++)
        {
            var payload = records[i].Payload.Span;
            if (read[i].IsForged)
                output.Add(LogRecordKind.BadRow, RefusalOf(payload, now).Span, default);
            else if (read[i].Request is null)
                output.Add(records[i].Kind, payload, default);
            else
                WriteResolved(new EnrichedEvent(payload, ColumnsOf(columns, i)), results[next++], writesDecisions, merges, buffer, output);
        }
        return merges;
    }

    private static void WriteResolved(
        in EnrichedEvent enriched, in ResolutionResult result, bool writesDecisions, List<MergeEvent> merges, ArrayBufferWriter<byte> buffer, IResolvedEvents output)
    {
        foreach (var merge in result.MergeEvents)
        {
            if (merges.Exists(known => known.EventId == merge.EventId))
                continue;
            merges.Add(merge);
            buffer.ResetWrittenCount();
            MergeEventLine.Write(merge, buffer);
            output.Add(LogRecordKind.EnrichedLine, buffer.WrittenSpan, merge.Id);
        }
        buffer.ResetWrittenCount();
        // A line whose entities are broken goes on as it is, and becomes a bad row where somebody needs them.
        var stamped = result.Outcome != ResolutionOutcome.None && IdentityStamp.TryWrite(enriched, result, writesDecisions, buffer);
        output.Add(LogRecordKind.EnrichedLine, stamped ? buffer.WrittenSpan : enriched.Line, result.Id);
    }

    /// <summary>Whoever can send events could otherwise merge whom he likes.</summary>
    private static ReadOnlyMemory<byte> RefusalOf(ReadOnlySpan<byte> line, DateTimeOffset now) =>
        BadRow.GenericError(["identity_merge events are made by identity resolution, and taken from nobody else"], line, now);

    private static Span<int> ColumnsOf(int[] columns, int record) => columns.AsSpan(record * AtomicColumns.Count, AtomicColumns.Count);

    private readonly record struct ReadLine(ResolutionRequest? Request, bool IsForged);
}
