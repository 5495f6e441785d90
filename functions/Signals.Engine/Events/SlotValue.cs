namespace Signals.Engine.Events;

/// <summary>What an event projection found for one property.</summary>
public enum SlotKind : byte
{
    /// <summary>Nothing: an empty column, an absent path, a JSON null, too few entities.</summary>
    Missing = 0,

    /// <summary>Text of an atomic column, or a JSON string without escapes: the bytes are the text.</summary>
    Text,

    /// <summary>A JSON string with escapes: the bytes between the quotes, still escaped.</summary>
    EscapedText,

    /// <summary>A JSON number, or a numeric atomic column.</summary>
    Number,

    /// <summary>JSON <c>true</c>, or an atomic boolean column holding 1.</summary>
    True,

    /// <summary>JSON <c>false</c>, or an atomic boolean column holding 0.</summary>
    False,

    /// <summary>A JSON array, brackets included.</summary>
    Array,

    /// <summary>A JSON object, braces included.</summary>
    Object,

    /// <summary>A timestamp column (<c>yyyy-MM-dd HH:mm:ss.SSS</c>, UTC).</summary>
    Timestamp,
}

/// <summary>A value inside an enriched line: its kind and where its bytes stand. Nothing is copied.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Offset of its first byte in the line.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct SlotValue(SlotKind Kind, int Start, int Length)
{
    /// <summary>The bytes of the value.</summary>
    public ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> line) => line.Slice(Start, Length);
}
