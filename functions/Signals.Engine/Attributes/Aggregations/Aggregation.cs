using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>What one event says about one attribute.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="EventId">Which event; breaks ties of time.</param>
/// <param name="Value">The observed value, fitted to the attribute; missing for aggregations without a property.</param>
internal readonly record struct Observation(EventTime Time, Guid EventId, ScalarValue Value);

/// <summary>What a state needs to know to answer.</summary>
/// <param name="Type">Type of the attribute.</param>
/// <param name="Unit">Unit of the two <c>time_since</c> aggregations.</param>
/// <param name="Now">The instant of reading.</param>
internal readonly record struct ReadContext(AttributeType Type, TimeUnit Unit, EventTime Now);

/// <summary>
/// The state of one aggregation over some events. One class per aggregation in this folder, all of the same shape: fold an
/// observation in, merge with another state, answer, write. fold(a) merged with fold(b) equals fold(a followed by b).
/// </summary>
internal abstract class AggregationState
{
    /// <summary>Adds one observation. The order of calls does not matter.</summary>
    public abstract void Fold(in Observation observation);

    /// <summary>Adds everything that another state of the same aggregation has seen.</summary>
    public abstract void Merge(AggregationState other);

    /// <summary>The value; never called on a state that has seen nothing.</summary>
    public abstract AttributeValue Read(in ReadContext context);

    /// <summary>Writes the state, to be read by the aggregation's own reader.</summary>
    public abstract void Write(StateWriter writer);
}

/// <summary>One of the 14 aggregations: how its states are made and what they need of an event.</summary>
internal sealed class Aggregation
{
    private delegate AggregationState Reader(ref StateReader reader);

    private static readonly Dictionary<AggregationKind, Aggregation> ByKind = new Aggregation[]
    {
        new(AggregationKind.Counter, () => new CounterState(), CounterState.ReadState) { NeedsValue = false },
        new(AggregationKind.Sum, () => new SumState(), SumState.ReadState) { Numeric = true },
        new(AggregationKind.Mean, () => new MeanState(), MeanState.ReadState) { Numeric = true },
        new(AggregationKind.Min, () => new ExtremeState(-1), (ref StateReader reader) => ExtremeState.ReadState(ref reader, -1)) { Numeric = true },
        new(AggregationKind.Max, () => new ExtremeState(1), (ref StateReader reader) => ExtremeState.ReadState(ref reader, 1)) { Numeric = true },
        new(AggregationKind.First, () => new EdgeState(-1), (ref StateReader reader) => EdgeState.ReadState(ref reader, -1)) { NeedsEventId = true },
        new(AggregationKind.Last, () => new EdgeState(1), (ref StateReader reader) => EdgeState.ReadState(ref reader, 1)) { NeedsEventId = true },
        new(AggregationKind.UniqueList, () => new UniqueListState(), UniqueListState.ReadState) { TakesElements = true },
        new(AggregationKind.MostFrequent, () => new MostFrequentState(), FrequencyState.ReadInto<MostFrequentState>) { TakesElements = true },
        new(AggregationKind.LeastFrequent, () => new LeastFrequentState(), FrequencyState.ReadInto<LeastFrequentState>) { TakesElements = true },
        new(AggregationKind.CategoryCount, () => new CategoryCountState(), FrequencyState.ReadInto<CategoryCountState>) { TakesElements = true, ObservesText = true },
        new(AggregationKind.ApproxCountDistinct, () => new DistinctCountState(), DistinctCountState.ReadState) { TakesElements = true, ObservesText = true },
        new(AggregationKind.TimeSinceLast, () => new TimeSinceState(1), (ref StateReader reader) => TimeSinceState.ReadState(ref reader, 1)) { NeedsValue = false },
        new(AggregationKind.TimeSinceFirst, () => new TimeSinceState(-1), (ref StateReader reader) => TimeSinceState.ReadState(ref reader, -1)) { NeedsValue = false },
    }.ToDictionary(aggregation => aggregation.Kind);

    /// <summary>Values that come from a warehouse or are pushed, instead of being computed from events.</summary>
    public static Aggregation WarehouseValue { get; } =
        new(AggregationKind.Last, () => new WarehouseValueState(), WarehouseValueState.ReadState) { FromWarehouse = true };

    private readonly Func<AggregationState> _create;
    private readonly Reader _read;

    private Aggregation(AggregationKind kind, Func<AggregationState> create, Reader read)
    {
        Kind = kind;
        _create = create;
        _read = read;
    }

    /// <summary>Which one.</summary>
    public AggregationKind Kind { get; }

    /// <summary>Whether events without a usable value are passed over.</summary>
    public bool NeedsValue { get; private init; } = true;

    /// <summary>Whether only numbers count.</summary>
    public bool Numeric { get; private init; }

    /// <summary>Whether every element of an array is an observation of its own.</summary>
    public bool TakesElements { get; private init; }

    /// <summary>Whether values are observed as text, whatever the attribute's type.</summary>
    public bool ObservesText { get; private init; }

    /// <summary>Whether it is no aggregation of events.</summary>
    public bool FromWarehouse { get; private init; }

    /// <summary>Whether ties of time are broken by the event id.</summary>
    public bool NeedsEventId { get; private init; }

    /// <summary>The aggregation of a kind.</summary>
    public static Aggregation Of(AggregationKind kind) => ByKind[kind];

    /// <summary>A state that has seen nothing.</summary>
    public AggregationState Create() => _create();

    /// <summary>Reads a state back.</summary>
    public AggregationState Read(ref StateReader reader) => _read(ref reader);
}
