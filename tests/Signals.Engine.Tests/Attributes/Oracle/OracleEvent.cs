using System.Globalization;
using System.Text.Json;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>
/// An event as the oracle sees it: plain values instead of a line. A value is a text, a decimal, a double (beyond decimals), a
/// boolean, a dictionary, an array, or null for none.
/// </summary>
internal sealed record OracleEvent
{
    public required Guid Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required DateTimeOffset CollectedAt { get; init; }

    public required string User { get; init; }

    public required string Vendor { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Data of a self-describing event; null for a page view.</summary>
    public Dictionary<string, object?>? Payload { get; init; }

    public List<OracleEntity> Entities { get; init; } = [];

    /// <summary>Further columns by name, as values.</summary>
    public Dictionary<string, object> Columns { get; init; } = [];

    /// <summary>When the engine took it; set by the test.</summary>
    public DateTimeOffset ProcessedAt { get; set; }

    public EnrichedLineBuilder ToLine()
    {
        var line = new EnrichedLineBuilder().With("event_id", Id.ToString()).With("user_id", User).At(Time).CollectedAt(CollectedAt);
        if (Payload is not null)
            line.WithEvent(Vendor, Name, Version, ToJson(Payload));
        foreach (var entity in Entities)
            _ = entity.Derived
                ? line.WithDerivedEntity(entity.Vendor, entity.Name, entity.Version, ToJson(entity.Data))
                : line.WithEntity(entity.Vendor, entity.Name, entity.Version, ToJson(entity.Data));
        foreach (var (column, value) in Columns)
            line.With(column, value is bool flag ? flag ? "1" : "0" : value is string text ? text : ToJson(value));
        return line;
    }

    public static string ToJson(object? value) => value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text),
        bool flag => flag ? "true" : "false",
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Dictionary<string, object?> members => $"{{{string.Join(',', members.Select(member => $"{JsonSerializer.Serialize(member.Key)}:{ToJson(member.Value)}"))}}}",
        object?[] elements => $"[{string.Join(',', elements.Select(ToJson))}]",
        _ => throw new ArgumentException($"{value.GetType()} is no value of an event.", nameof(value)),
    };
}

internal sealed record OracleEntity(string Vendor, string Name, string Version, Dictionary<string, object?> Data, bool Derived);
