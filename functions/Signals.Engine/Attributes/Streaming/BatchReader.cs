using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Reads the records of a batch under one plan: into updates of profiles, or into bad rows.</summary>
internal sealed class BatchReader
{
    /// <summary>Longer identifiers identify nobody (spec signals-api 14.1).</summary>
    public const int MaxIdentifierLength = 512;

    /// <summary>Most elements of one array that are observed.</summary>
    public const int MaxElements = 1_000;

    private const int MaxLongDigits = 18;

    private readonly int[] _ends = new int[AtomicColumns.Count];
    private readonly byte[] _typeKey = new byte[4096];
    private readonly List<ScalarValue> _elements = [];
    private readonly List<int> _companions = [];
    private readonly List<KeyStep> _visited = [];
    private SlotValue[] _slots = new SlotValue[64];

    /// <summary>What one record turned out to be.</summary>
    public enum Outcome
    {
        /// <summary>A valid event.</summary>
        Event,

        /// <summary>A bad row.</summary>
        BadRow,
    }

    /// <summary>
    /// Reads one record: (1) split and check the line, (2) look up the plan of its event type, (3) find the wanted
    /// properties, (4) collect the updates per profile. Allocates nothing for an event that matches nothing.
    /// </summary>
    public Outcome Read(in LogRecord record, StreamPlan plan, DateTimeOffset now, EventBatch batch, List<StoredBadRow> badRows, out EventTimes times)
    {
        times = default;
        var line = record.Payload.Span;
        if (record.Kind == LogRecordKind.BadRow)
        {
            badRows.Add(BadRow.FromRecord(record.Position, line, now));
            return Outcome.BadRow;
        }
        if (!EnrichedEvent.TryRead(line, _ends, out var enriched))
        {
            badRows.Add(BadRow.FromLine(record.Position, line, EnrichedEvent.Explain(line), now));
            return Outcome.BadRow;
        }
        times = new EventTimes(enriched.Time, enriched.CollectorTime);
        var typeKey = enriched.TypeKey(_typeKey);
        if (plan.Merging.Count > 0 && IdentityMerge.Is(typeKey) && LogPartitions.IsResolved(record.Position.Partition))
            return ReadMerge(record.Position, enriched, batch, badRows, now);
        if (plan.For(typeKey) is not { } typePlan)
            return Outcome.Event;
        if (_slots.Length < typePlan.Projection.Count)
            _slots = new SlotValue[typePlan.Projection.Count];
        if (!typePlan.Projection.TryRead(enriched, _slots, out var error))
        {
            badRows.Add(BadRow.FromLine(record.Position, line, LineFailure.BrokenJson(error), now));
            return Outcome.BadRow;
        }
        Collect(record.Position, enriched, typePlan, batch);
        return Outcome.Event;
    }

    private static Outcome ReadMerge(LogPosition position, in EnrichedEvent enriched, EventBatch batch, List<StoredBadRow> badRows, DateTimeOffset now)
    {
        if (IdentityMerge.Read(enriched, out var error) is not { } merge)
        {
            badRows.Add(BadRow.FromLine(position, enriched.Line, LineFailure.BrokenJson(error!), now));
            return Outcome.BadRow;
        }
        batch.AddMerge(new BatchEvent(position, enriched.EventId, enriched.Time, enriched.CollectorTime), merge);
        return Outcome.Event;
    }

    private void Collect(LogPosition position, in EnrichedEvent enriched, EventTypePlan typePlan, EventBatch batch)
    {
        var begun = false;
        _companions.Clear();
        Span<char> identifier = stackalloc char[MaxIdentifierLength];
        foreach (var key in typePlan.Keys)
        {
            var length = key.Steps.Length == 0 ? 0 : ReadIdentifier(key, _slots[key.IdentifierSlot], enriched.Line, identifier);
            if (length == 0)
                continue;
            var firstUpdate = batch.UpdateCount;
            foreach (var step in key.Steps)
                if (step.Matches(enriched.Line, _slots))
                    AddUpdates(step, enriched.Line, batch);
            if (batch.UpdateCount == firstUpdate)
                continue;
            if (!begun)
                batch.BeginEvent(new BatchEvent(position, enriched.EventId, enriched.Time, enriched.CollectorTime));
            begun = true;
            batch.AddVisit(key.Plan, identifier[..length], firstUpdate);
            _visited.Add(key);
        }
        if (begun)
            AddCompanions(enriched.Line, typePlan, batch, identifier);
    }

    /// <summary>Puts the profiles at hand that the watchers of what was updated want, unless the event updates them anyway.</summary>
    private void AddCompanions(ReadOnlySpan<byte> line, EventTypePlan typePlan, EventBatch batch, Span<char> identifier)
    {
        foreach (var index in _companions)
        {
            var key = typePlan.Keys[index];
            var length = _visited.Contains(key) ? 0 : ReadIdentifier(key, _slots[key.IdentifierSlot], line, identifier);
            if (length > 0)
                batch.AddVisit(key.Plan, identifier[..length], batch.UpdateCount);
        }
        _visited.Clear();
    }

    private void AddUpdates(DefinitionStep step, ReadOnlySpan<byte> line, EventBatch batch)
    {
        foreach (var companion in step.Companions)
            if (!_companions.Contains(companion))
                _companions.Add(companion);
        if (step.Value is not { } source)
        {
            batch.AddUpdate(step.Definition, default);
            return;
        }
        if (!source.IsArray(_slots))
        {
            AddUpdate(step, source.Read(line, _slots), batch);
            return;
        }
        if (!step.Definition.Aggregation.TakesElements)
            return;
        _elements.Clear();
        source.ReadElements(line, _slots, MaxElements, _elements);
        foreach (var element in CollectionsMarshal.AsSpan(_elements))
            AddUpdate(step, element, batch);
    }

    private static void AddUpdate(DefinitionStep step, in ScalarValue value, EventBatch batch)
    {
        var fitted = step.Fit(value);
        if (!fitted.IsMissing)
            batch.AddUpdate(step.Definition, fitted);
    }

    /// <summary>Renders the identifier as text; 0 when there is none, it is too long, or it identifies nobody.</summary>
    private static int ReadIdentifier(KeyStep key, SlotValue slot, ReadOnlySpan<byte> line, Span<char> target)
    {
        var bytes = slot.Bytes(line);
        if (slot.Kind is SlotKind.Text && bytes.Length <= MaxIdentifierLength)
            return PlaceholderIdentifiers.Contains(bytes, key.IdentifierColumn) ? 0 : Encoding.UTF8.GetChars(bytes, target);
        if (slot.Kind is SlotKind.Missing or SlotKind.Array or SlotKind.Object || bytes.Length > 6 * MaxIdentifierLength)
            return 0;
        var text = slot.Kind is SlotKind.Number ? NumberIdentifier(bytes) : SlotScalars.Read(slot, line).ToString();
        if (text.Length is 0 or > MaxIdentifierLength || PlaceholderIdentifiers.Contains(Encoding.UTF8.GetBytes(text), key.IdentifierColumn))
            return 0;
        text.CopyTo(target);
        return text.Length;
    }

    /// <summary>Whole numbers keep all their digits: two persons must not share a profile because of rounding. None has an exponent.</summary>
    private static string NumberIdentifier(ReadOnlySpan<byte> digits)
    {
        if (digits.Length > MaxLongDigits && digits[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
            return Encoding.ASCII.GetString(digits);
        if (!NumberText.TryParse(digits, out var number))
            return "";
        return number.Kind == ScalarKind.Double ? number.Number.ToString("0.#################", CultureInfo.InvariantCulture) : number.ToString();
    }
}

/// <summary>The two times of an event that metrics need.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="CollectorTime">When it arrived.</param>
internal readonly record struct EventTimes(EventTime Time, EventTime CollectorTime);
