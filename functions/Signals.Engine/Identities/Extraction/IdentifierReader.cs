using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>What came of looking for identifiers in an event.</summary>
public enum ExtractionOutcome
{
    /// <summary>It carries identifiers: there is a request.</summary>
    Identified,

    /// <summary>It does not pass the filters, or is itself a merge event: it goes on unchanged.</summary>
    Filtered,

    /// <summary>It carries nothing that identifies anybody: it goes on unchanged.</summary>
    NoIdentifiers,

    /// <summary>A JSON column that has to be read is broken: it is a bad row.</summary>
    Broken,
}

/// <summary>
/// Takes the identifiers out of events (spec identities, section 4), in place. Allocates nothing for an event that carries none.
/// Not safe for several threads: each consumer has its own.
/// </summary>
/// <param name="metrics">Where outcomes and dropped values are counted.</param>
public sealed class IdentifierReader(ExtractionMetrics metrics)
{
    private static readonly TimeSpan MaxFuture = TimeSpan.FromMinutes(5);

    private readonly byte[] _typeKey = new byte[4096];
    private readonly IdentifierCollector _collector = new(metrics);
    private SlotValue[] _slots = new SlotValue[32];
    private byte[] _utf8 = new byte[4096];
    private char[] _chars = new char[4096];

    private static ReadOnlySpan<byte> MergeEventType => "com.snowplowanalytics.snowplow\tidentity_merge\t"u8;

    /// <summary>
    /// (1) Leaves merge events alone, (2) finds what the configuration names in the JSON columns, (3) evaluates the filters, (4) reads
    /// and cleans the values in the order in which they rank.
    /// </summary>
    /// <param name="enriched">The event.</param>
    /// <param name="plan">What to look for.</param>
    /// <param name="now">Processing time.</param>
    /// <param name="request">What to ask the graph; null unless the outcome is <see cref="ExtractionOutcome.Identified"/>.</param>
    /// <param name="error">What is broken, for <see cref="LineFailure.BrokenJson"/>; null unless it is.</param>
    public ExtractionOutcome Read(in EnrichedEvent enriched, IdentifierPlan plan, DateTimeOffset now, out ResolutionRequest? request, out string? error)
    {
        var outcome = Collect(enriched, plan, out error);
        request = outcome == ExtractionOutcome.Identified
            ? _collector.ToRequest(Encoding.UTF8.GetString(enriched[AtomicColumns.EventId]), TimeOf(enriched, now), Encoding.UTF8.GetString(enriched[AtomicColumns.AppId]))
            : null;
        metrics.CountEvent(outcome);
        return outcome;
    }

    /// <summary>Whether an event tells of a merge.</summary>
    public bool IsMergeEvent(in EnrichedEvent enriched) => enriched.TypeKey(_typeKey).StartsWith(MergeEventType);

    /// <summary>Event time (spec identities, 6.2): a time far in the future is the processing time.</summary>
    /// <param name="time">What the event says; null when it says nothing.</param>
    /// <param name="now">Processing time.</param>
    public static EventTime TimeOf(EventTime? time, DateTimeOffset now) =>
        time is { } said && said <= EventTime.From(now + MaxFuture) ? said : EventTime.From(now);

    private static EventTime TimeOf(in EnrichedEvent enriched, DateTimeOffset now) => TimeOf(enriched.Time, now);

    private ExtractionOutcome Collect(in EnrichedEvent enriched, IdentifierPlan plan, out string? error)
    {
        error = null;
        var type = enriched.TypeKey(_typeKey);
        if (type.StartsWith(MergeEventType))
            return ExtractionOutcome.Filtered;
        if (!TryProject(enriched, plan, type, out error))
            return ExtractionOutcome.Broken;
        if (plan.Filter is { } filter && !filter.Passes(enriched, _slots, _utf8))
            return ExtractionOutcome.Filtered;
        _collector.Begin(plan);
        foreach (var source in plan.Sources)
            Add(source, enriched, plan);
        return _collector.IsEmpty ? ExtractionOutcome.NoIdentifiers : ExtractionOutcome.Identified;
    }

    private bool TryProject(in EnrichedEvent enriched, IdentifierPlan plan, ReadOnlySpan<byte> type, out string? error)
    {
        error = null;
        if (plan.SlotCount == 0)
            return true;
        if (_slots.Length < plan.SlotCount)
            _slots = new SlotValue[plan.SlotCount];
        if (_utf8.Length < enriched.Line.Length)
            _utf8 = new byte[enriched.Line.Length];
        var slots = _slots.AsSpan(0, plan.SlotCount);
        slots.Clear();
        if (plan.ProjectionFor(type) is not { } projection)
            return true;
        if (!projection.TryRead(enriched, slots, out error))
            return false;
        if (!plan.Configuration.IncludesDerivedContexts)
            ForgetDerived(enriched, slots);
        return true;
    }

    /// <summary>Projections go on with the derived contexts where those sent with the event have no more.</summary>
    private static void ForgetDerived(in EnrichedEvent enriched, Span<SlotValue> slots)
    {
        var derived = enriched.StartOf(AtomicColumns.DerivedContexts);
        foreach (ref var slot in slots)
            if (slot.Start >= derived)
                slot = default;
    }

    private void Add(IdentifierSource source, in EnrichedEvent enriched, IdentifierPlan plan)
    {
        if (source.Column < 0)
        {
            AddSlot(source, _slots[source.Slot], enriched.Line, plan.Configuration.AcceptsIntegers);
            return;
        }
        var value = enriched[source.Column];
        if (value.IsEmpty)
            return;
        if (source.IsAlias && CrossDomainAlias.IsTooOld(enriched, plan.Configuration.AliasMaxAge))
            _collector.Drop(source.Type, DropReason.AliasTooOld);
        else
            AddText(source, value);
    }

    private void AddSlot(IdentifierSource source, SlotValue slot, ReadOnlySpan<byte> line, bool acceptsIntegers)
    {
        if (slot.Kind is SlotKind.Missing)
            return;
        if (slot.Kind is SlotKind.Text or SlotKind.EscapedText || (acceptsIntegers && slot.Kind is SlotKind.Number && IsInteger(slot.Bytes(line))))
            AddText(source, SlotText.ReadUtf8(slot, line, _utf8));
        else
            _collector.Drop(source.Type, DropReason.NotText);
    }

    private void AddText(IdentifierSource source, ReadOnlySpan<byte> utf8)
    {
        if (_chars.Length < utf8.Length)
            _chars = new char[utf8.Length];
        _collector.Add(source, _chars.AsSpan(0, Encoding.UTF8.GetChars(utf8, _chars)));
    }

    private static bool IsInteger(ReadOnlySpan<byte> number) => number.TrimStart((byte)'-').IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
}
