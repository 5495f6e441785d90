using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>Which profiles follow the merges of identities, and how far.</summary>
internal static class ProfileMerges
{
    /// <summary>Longest chain of survivors that is followed.</summary>
    public const int MaxChain = 1_000;

    /// <summary>Whether an attribute key stands for the Snowplow ID of the identity entity.</summary>
    public static bool Concern(AttributeKeyDefinition key) =>
        AttributeKeyIdentifier.SourceOf(key) is { } source
        && PropertyReferences.TryResolve(BuiltInAttributeKeys.SnowplowIdProperty, out var snowplowId, out _)
        && source == snowplowId;
}
