using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>The event and the attribute that most tests use: a number or text under <c>v</c> of the event <c>com.acme/thing</c>.</summary>
internal static class TestEvents
{
    /// <summary>The instant at which tests begin.</summary>
    public static readonly DateTimeOffset Noon = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The property <c>v</c> of the event <c>com.acme/thing</c>.</summary>
    public static EventProperty V { get; } = new() { Vendor = "com.acme", Name = "thing", MajorVersion = 1, Path = "v" };

    /// <summary>A thing of user <c>u1</c> with a JSON value under <c>v</c>, some seconds after noon.</summary>
    public static EnrichedLineBuilder Thing(string json, double seconds = 0) =>
        Event("com.acme", "thing", "1-0-0", $$"""{"v":{{json}}}""", seconds);

    /// <summary>A page view of user <c>u1</c>, some seconds after noon.</summary>
    public static EnrichedLineBuilder PageView(double seconds = 0) =>
        new EnrichedLineBuilder().With("user_id", "u1").At(Noon.AddSeconds(seconds));

    /// <summary>A self-describing event of user <c>u1</c>, some seconds after noon.</summary>
    public static EnrichedLineBuilder Event(string vendor, string name, string version, string json, double seconds = 0) =>
        new EnrichedLineBuilder().With("user_id", "u1").At(Noon.AddSeconds(seconds)).WithEvent(vendor, name, version, json);

    /// <summary>An attribute <c>a</c> over <see cref="V"/>.</summary>
    public static AttributeDefinition Over(AggregationKind aggregation, AttributeType type) =>
        new() { Name = "a", Aggregation = aggregation, Type = type, Property = V };

    /// <summary>An attribute <c>a</c> over an atomic column.</summary>
    public static AttributeDefinition OverColumn(AggregationKind aggregation, AttributeType type, string column) =>
        new() { Name = "a", Aggregation = aggregation, Type = type, Property = new AtomicProperty { Name = column } };

    /// <summary>A counter <c>a</c>.</summary>
    public static AttributeDefinition Counter { get; } = new() { Name = "a", Aggregation = AggregationKind.Counter, Type = AttributeType.Int32 };
}
