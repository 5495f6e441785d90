using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Signals.Engine.Events;

/// <summary>
/// Takes the values of many properties out of an event at once. Compiled once, then used for millions of events by any number
/// of threads. Each JSON column is scanned at most once, and only if some property needs it.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>Of several members of the same name in one object the first counts.</item>
/// <item>The envelopes of the JSON columns are recognised by their shape; their own schema is not compared. A column, or an
/// envelope, without <c>data</c> holds nothing.</item>
/// <item>What no property asks for is not validated beyond its structure: strings and brackets have to be closed, and nesting is
/// limited to 64 levels. Values that are handed out are validated.</item>
/// <item>Entities also match when they came as canonical JSON, which has lost their URIs.</item>
/// </list>
/// </remarks>
public sealed class EventProjection
{
    private const int StackWords = 32;

    private readonly (int Slot, int Column, AtomicColumnType Type)[] _atomics;
    private readonly ProjectionPlan _payload = new();
    private readonly ProjectionPlan _entities = new();

    /// <summary>Compiles properties. Their places in the list are the places of their values in the slots.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column is not 0 to 130, or an entity index is negative.</exception>
    public EventProjection(IReadOnlyList<PropertyReference> properties)
    {
        Count = properties.Count;
        var atomics = new List<(int, int, AtomicColumnType)>();
        for (var slot = 0; slot < properties.Count; slot++)
        {
            switch (properties[slot])
            {
                case AtomicReference atomic:
                    ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)atomic.Column, (uint)AtomicColumns.Count - 1, nameof(properties));
                    atomics.Add((slot, atomic.Column, AtomicColumns.All[atomic.Column].Type));
                    break;
                case EventReference payload:
                    _payload.Add(payload.Schema, 0, payload.Path, slot);
                    break;
                case EntityReference entity:
                    ArgumentOutOfRangeException.ThrowIfNegative(entity.Index, nameof(properties));
                    _entities.Add(entity.Schema, entity.Index, entity.Path, slot);
                    break;
                default:
                    throw new ArgumentException($"{properties[slot].GetType().Name} is not a known kind of property.", nameof(properties));
            }
        }
        _atomics = [.. atomics];
    }

    /// <summary>Number of properties, and of slots.</summary>
    public int Count { get; }

    /// <summary>
    /// Fills the slots. False when a JSON column that some property needs is broken: the event is a bad row then, and the slots
    /// are undefined. Allocates nothing, except on failure.
    /// </summary>
    /// <param name="enriched">The event.</param>
    /// <param name="slots">Room for <see cref="Count"/> values; offsets in them are offsets in the line.</param>
    /// <param name="error">What is broken, beginning with the name of the column; for <see cref="LineFailure.BrokenJson"/>.</param>
    public bool TryRead(in EnrichedEvent enriched, Span<SlotValue> slots, [NotNullWhen(false)] out string? error)
    {
        slots = slots[..Count];
        slots.Clear();
        error = null;
        foreach (var (slot, column, type) in _atomics)
            if (!TryReadColumn(enriched, column, type, out slots[slot]))
                return Fail(enriched, column, enriched.StartOf(column), "it is malformed", out error);
        return (_payload.IsEmpty || TryScan(enriched, _payload, [AtomicColumns.UnstructEvent], slots, out error))
            && (_entities.IsEmpty || TryScan(enriched, _entities, [AtomicColumns.Contexts, AtomicColumns.DerivedContexts], slots, out error));
    }

    private static bool TryReadColumn(in EnrichedEvent enriched, int column, AtomicColumnType type, out SlotValue value)
    {
        value = default;
        var length = enriched.LengthOf(column);
        if (length == 0)
            return true;
        var start = enriched.StartOf(column);
        if (type == AtomicColumnType.Json && !JsonText.IsValid(enriched[column]))
            return false;
        var kind = type switch
        {
            AtomicColumnType.Int32 or AtomicColumnType.Decimal or AtomicColumnType.Float => SlotKind.Number,
            AtomicColumnType.Boolean => enriched.Line[start] == '1' ? SlotKind.True : SlotKind.False,
            AtomicColumnType.Timestamp => SlotKind.Timestamp,
            AtomicColumnType.Json => SlotKind.Object,
            _ => SlotKind.Text,
        };
        value = new SlotValue(kind, start, length);
        return true;
    }

    private static bool TryScan(
        in EnrichedEvent enriched, ProjectionPlan plan, ReadOnlySpan<int> columns, Span<SlotValue> slots, [NotNullWhen(false)] out string? error)
    {
        error = null;
        ulong[]? rented = null;
        var words = plan.ScratchWords;
        var scratch = words <= StackWords ? stackalloc ulong[StackWords] : rented = ArrayPool<ulong>.Shared.Rent(words);
        scratch = scratch[..words];
        scratch.Clear();
        try
        {
            foreach (var column in columns)
            {
                var length = enriched.LengthOf(column);
                if (length == 0)
                    continue;
                var start = enriched.StartOf(column);
                var scan = new ProjectionScan(new JsonScanner(enriched.Line, start + length), plan, slots, scratch);
                if (!scan.ReadEnvelope(start, entities: column != AtomicColumns.UnstructEvent))
                    return Fail(enriched, column, scan.FaultOffset, scan.Fault ?? "it is malformed", out error);
            }
            return true;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<ulong>.Shared.Return(rented);
        }
    }

    private static bool Fail(in EnrichedEvent enriched, int column, int offset, string reason, out string error)
    {
        error = $"{AtomicColumns.All[column].Name} is broken JSON at byte {offset - enriched.StartOf(column)}: {reason}";
        return false;
    }
}
