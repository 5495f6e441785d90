using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>What an <c>identity_merge</c> event says (spec identities 7.2): all that ever became part of a person.</summary>
/// <param name="Survivor">The Snowplow ID that stays.</param>
/// <param name="Merged">The Snowplow IDs that ended in it, directly or through others, earlier merges included.</param>
internal sealed record IdentityMerge(string Survivor, IReadOnlyList<string> Merged)
{
    /// <summary>More are not taken from one event; the resolver stops merging long before (spec identities 14).</summary>
    public const int MaxMerged = 10_000;

    private static readonly SchemaSelector Schema = new("com.snowplowanalytics.snowplow", "identity_merge", 2);

    private static readonly EventProjection Projection = new([Property("snowplow_id"), Property("merges")]);

    private static ReadOnlySpan<byte> TypeStart => "com.snowplowanalytics.snowplow\tidentity_merge\tjsonschema\t2-"u8;

    /// <summary>Whether an event is of this type.</summary>
    public static bool Is(ReadOnlySpan<byte> typeKey) => typeKey.StartsWith(TypeStart);

    /// <summary>Reads the merge. Null, with the reason, when the payload does not hold one.</summary>
    public static IdentityMerge? Read(in EnrichedEvent enriched, out string? error)
    {
        Span<SlotValue> slots = stackalloc SlotValue[2];
        if (!Projection.TryRead(enriched, slots, out error))
            return null;
        var survivor = SlotText.ReadString(slots[0], enriched.Line);
        var merged = new List<ScalarValue>();
        if (slots[1].Kind == SlotKind.Array)
            SlotScalars.ReadElements(slots[1], enriched.Line, MaxMerged, merged);
        if (slots[0].Kind == SlotKind.Text && survivor.Length is > 0 and <= BatchReader.MaxIdentifierLength && merged.TrueForAll(IsIdentifier))
            return new IdentityMerge(survivor, [.. merged.Select(value => value.Text).Where(id => id != survivor).Distinct(StringComparer.Ordinal)]);
        error = "unstruct_event: expected a snowplow_id and merges, a list of Snowplow IDs";
        return null;
    }

    private static bool IsIdentifier(ScalarValue value) => value.Kind == ScalarKind.Text && value.Text.Length is > 0 and <= BatchReader.MaxIdentifierLength;

    private static EventReference Property(string path) =>
        new(Schema, JsonPath.TryParse(path, out var parsed, out var error) ? parsed : throw new InvalidOperationException(error));
}
