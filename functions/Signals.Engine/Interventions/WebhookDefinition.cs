namespace Signals.Engine.Interventions;

/// <summary>A server that gets interventions by HTTP POST instead of holding a stream open. Our addition.</summary>
public sealed record WebhookDefinition
{
    /// <summary>Deliveries that are tried before one becomes a dead letter, when the definition does not say.</summary>
    public const int DefaultMaxAttempts = 12;

    /// <summary>Object name, unique.</summary>
    public required string Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Description { get; init; }

    /// <summary>Where to, absolute.</summary>
    public required Uri Url { get; init; }

    /// <summary>Key of the signatures, 16 to 256 visible ASCII characters.</summary>
    public required string Secret { get; init; }

    /// <summary>Names of the interventions that it gets; empty for all.</summary>
    public IReadOnlyList<string> Interventions { get; init; } = [];

    /// <summary>Names of the target attribute keys that it gets them for; empty for all.</summary>
    public IReadOnlyList<string> TargetAttributeKeys { get; init; } = [];

    /// <summary>How often a delivery is tried, 1 to 20.</summary>
    public int MaxAttempts { get; init; } = DefaultMaxAttempts;

    /// <summary>Whether it gets anything.</summary>
    public bool IsPublished { get; init; }

    /// <summary>Whether it gets a message. Those held out go nowhere.</summary>
    public bool Wants(InterventionMessage message) =>
        message.Decision == InterventionDecision.Deliver
        && (Interventions.Count == 0 || Interventions.Contains(message.Name))
        && (TargetAttributeKeys.Count == 0 || TargetAttributeKeys.Contains(message.Target.AttributeKey));
}
