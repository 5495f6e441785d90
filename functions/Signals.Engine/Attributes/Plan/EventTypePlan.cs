using System.Text;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>What to do with events of one type: which properties to find, and per attribute key what to fold.</summary>
internal sealed class EventTypePlan
{
    private EventTypePlan(EventProjection projection, KeyStep[] keys)
    {
        Projection = projection;
        Keys = keys;
    }

    /// <summary>Finds all properties that the steps use, in one pass over the event.</summary>
    public EventProjection Projection { get; }

    /// <summary>The attribute keys that events of this type can update.</summary>
    public KeyStep[] Keys { get; }

    /// <summary>Makes the plan of a type; null when no definition can match its events.</summary>
    public static EventTypePlan? For(PublishedDefinitions published, ProfileWatch? watch, ReadOnlySpan<byte> typeKey)
    {
        var parts = new EventTypeName(typeKey);
        var slots = new SlotAllocator();
        var keys = new List<KeyStep>();
        foreach (var layout in published.Keys)
        {
            if (AttributeKeyIdentifier.SourceOf(layout.Key) is not { } identifier)
                continue;
            var steps = StepsOf(layout, parts, slots);
            if (steps.Length > 0)
                keys.Add(KeyStep.On(layout.Plan, identifier, steps, slots));
        }
        if (keys.Count == 0)
            return null;
        if (watch is not null)
            AddCompanions(keys, published, watch, slots);
        return new EventTypePlan(slots.ToProjection(), [.. keys]);
    }

    /// <summary>Adds the keys that watchers want to have at hand, and tells each step which they are.</summary>
    private static void AddCompanions(List<KeyStep> keys, PublishedDefinitions published, ProfileWatch watch, SlotAllocator slots)
    {
        foreach (var key in keys.ToList())
            foreach (var step in key.Steps)
            {
                var companions = new List<int>();
                foreach (var companion in watch.CompanionsOf(key.Plan, step.Definition))
                {
                    if (companion.Name == key.Plan.Name || AttributeKeyIdentifier.SourceOf(companion) is not { } identifier)
                        continue;
                    var index = keys.FindIndex(known => known.Plan.Name == companion.Name);
                    if (index < 0)
                    {
                        index = keys.Count;
                        keys.Add(KeyStep.On(published.PlanOf(companion), identifier, [], slots));
                    }
                    companions.Add(index);
                }
                step.Companions = [.. companions];
            }
    }

    private static DefinitionStep[] StepsOf(KeyLayout layout, EventTypeName type, SlotAllocator slots)
    {
        var steps = new List<DefinitionStep>();
        foreach (var (attribute, definition) in layout.Streamed)
        {
            var byType = attribute.Events.Count == 0;
            foreach (var filter in attribute.Events)
                byType |= EventMatcher.MatchesType(filter, type.Vendor, type.Name, type.Version);
            if (byType || attribute.Events.Any(filter => filter.EventSpecificationId is not null))
                steps.Add(new DefinitionStep(definition, attribute, byType, slots));
        }
        return [.. steps];
    }

    private readonly ref struct EventTypeName
    {
        public EventTypeName(ReadOnlySpan<byte> typeKey)
        {
            Vendor = Cut(ref typeKey);
            Name = Cut(ref typeKey);
            Cut(ref typeKey);
            Version = typeKey;
        }

        public ReadOnlySpan<byte> Vendor { get; }

        public ReadOnlySpan<byte> Name { get; }

        public ReadOnlySpan<byte> Version { get; }

        private static ReadOnlySpan<byte> Cut(scoped ref ReadOnlySpan<byte> rest)
        {
            var tab = rest.IndexOf((byte)'\t');
            var part = tab < 0 ? rest : rest[..tab];
            rest = tab < 0 ? default : rest[(tab + 1)..];
            return part;
        }
    }
}

/// <summary>What events of one type do to the profiles of one attribute key.</summary>
/// <param name="Plan">The key.</param>
/// <param name="IdentifierSlot">Where the identifier is found.</param>
/// <param name="IdentifierColumn">The atomic column that holds it; -1 when it stands elsewhere.</param>
/// <param name="Steps">The definitions that may take the event.</param>
internal sealed record KeyStep(KeyPlan Plan, int IdentifierSlot, int IdentifierColumn, DefinitionStep[] Steps)
{
    public static KeyStep On(KeyPlan plan, PropertyReference identifier, DefinitionStep[] steps, SlotAllocator slots) =>
        new(plan, slots.SlotOf(identifier), (identifier as AtomicReference)?.Column ?? -1, steps);
}

/// <summary>What events of one type do to one definition.</summary>
internal sealed class DefinitionStep
{
    /// <summary>Longer texts are cut to this many UTF-16 code units before they are kept: a profile must stay small.</summary>
    public const int MaxTextLength = 4_096;

    /// <summary>Objects whose JSON is longer than this cannot be used.</summary>
    public const int MaxObjectLength = 16_384;

    private readonly (int[] Slots, byte[][] Ids)? _specifications;

    public DefinitionStep(DefinitionPlan definition, AttributeDefinition attribute, bool matchesByType, SlotAllocator slots)
    {
        Definition = definition;
        Criteria = attribute.Criteria is null ? null : new CompiledCriteria(attribute.Criteria, slots);
        Value = definition.Aggregation.NeedsValue ? new ValueSource(attribute.Property!, slots) : null;
        ObservedType = definition.Aggregation.ObservesText ? AttributeType.String : ValueCoercion.ElementOf(definition.Type);
        if (!matchesByType)
            _specifications = (
                [.. EventMatcher.SpecificationIds().Select(slots.SlotOf)],
                [.. attribute.Events.Where(filter => filter.EventSpecificationId is not null).Select(filter => Encoding.UTF8.GetBytes(filter.EventSpecificationId!))]);
    }

    /// <summary>The definition.</summary>
    public DefinitionPlan Definition { get; }

    /// <summary>Further conditions; null for none.</summary>
    public CompiledCriteria? Criteria { get; }

    /// <summary>Where the value comes from; null when none is needed.</summary>
    public ValueSource? Value { get; }

    /// <summary>Indexes of the keys whose profiles must be at hand when the event counts for this definition.</summary>
    public int[] Companions { get; set; } = [];

    /// <summary>The type that observed values are fitted to.</summary>
    public AttributeType ObservedType { get; }

    /// <summary>Whether the event counts for the definition.</summary>
    public bool Matches(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots) =>
        HasSpecification(line, slots) && (Criteria is null || Criteria.Hold(line, slots));

    /// <summary>Fits an observed value to the definition; missing when it cannot be used.</summary>
    public ScalarValue Fit(in ScalarValue value)
    {
        if (Definition.Aggregation.Numeric)
            return ValueCoercion.TryNumber(value, out var number) ? number : default;
        if (value.Kind == ScalarKind.Json && (Definition.Aggregation.TakesElements || value.Text.Length > MaxObjectLength))
            return default;
        return ValueCoercion.Coerce(value.Kind == ScalarKind.Text ? Cut(value) : value, ObservedType);
    }

    private static ScalarValue Cut(in ScalarValue value)
    {
        if (value.Text.Length <= MaxTextLength)
            return value;
        return ScalarValue.Of(value.Text[..(char.IsHighSurrogate(value.Text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength)]);
    }

    private bool HasSpecification(ReadOnlySpan<byte> line, ReadOnlySpan<SlotValue> slots)
    {
        if (_specifications is not { } wanted)
            return true;
        foreach (var slot in wanted.Slots)
            foreach (var id in wanted.Ids)
                if (slots[slot].Kind == SlotKind.Text && slots[slot].Bytes(line).SequenceEqual(id))
                    return true;
        return false;
    }
}
