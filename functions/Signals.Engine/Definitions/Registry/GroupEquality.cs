using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>
/// Whether two forms of a published version mean the same (spec signals-api 7.3). Descriptions and owners do not count, nor
/// does <c>online</c>, which nothing depends on.
/// </summary>
internal static class GroupEquality
{
    private static readonly TimeSpan DefaultRefreshRate = TimeSpan.FromHours(1);

    public static bool SameDefinition(AttributeKeyDefinition key, AttributeGroupDefinition one, AttributeGroupDefinition other) =>
        one.AttributeKey.Name == other.AttributeKey.Name
        && (one.Offline ?? false) == (other.Offline ?? false)
        && one.Ttl == other.Ttl
        && one.BackfillSinceTstamp == other.BackfillSinceTstamp
        && (one.RefreshRate ?? DefaultRefreshRate) == (other.RefreshRate ?? DefaultRefreshRate)
        && Undescribed(one.BatchSource) == Undescribed(other.BatchSource)
        && DefinitionHash.OfGroup(key, one).SequenceEqual(DefinitionHash.OfGroup(key, other))
        && one.Attributes.Zip(other.Attributes).All(pair => SameRest(pair.First, pair.Second));

    // What the hash leaves out.
    private static bool SameRest(AttributeDefinition one, AttributeDefinition other) =>
        one.Ttl == other.Ttl && SameValue(one.DefaultValue, other.DefaultValue);

    private static bool SameValue(JsonElement? one, JsonElement? other) =>
        one is { } left && other is { } right ? JsonElement.DeepEquals(left, right) : one is null && other is null;

    private static BatchSource? Undescribed(BatchSource? source) => source is null ? null : source with { Description = null, Owner = null };
}
