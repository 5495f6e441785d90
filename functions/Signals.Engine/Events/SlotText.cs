using System.Text;

namespace Signals.Engine.Events;

/// <summary>The text of what a projection found.</summary>
public static class SlotText
{
    /// <summary>
    /// The value as a string: text without its escapes, a number, timestamp, array or object as it is written in the line,
    /// <c>true</c> or <c>false</c>; empty when it is missing.
    /// </summary>
    /// <param name="value">A value that <see cref="EventProjection.TryRead"/> found in this line.</param>
    /// <param name="line">The line.</param>
    public static string ReadString(SlotValue value, ReadOnlySpan<byte> line) => value.Kind switch
    {
        SlotKind.Missing => "",
        SlotKind.True => "true",
        SlotKind.False => "false",
        SlotKind.EscapedText => JsonText.ToString(value.Bytes(line)),
        _ => Encoding.UTF8.GetString(value.Bytes(line)),
    };

    /// <summary>
    /// The same text in UTF-8: a slice of the line where that holds it as it is, otherwise written to the buffer. Allocates nothing.
    /// </summary>
    /// <param name="value">A value that <see cref="EventProjection.TryRead"/> found in this line.</param>
    /// <param name="line">The line.</param>
    /// <param name="buffer">Room for an unescaped text; <see cref="SlotValue.Length"/> bytes are enough.</param>
    /// <exception cref="ArgumentException">The text has escapes and the buffer is too short.</exception>
    public static ReadOnlySpan<byte> ReadUtf8(SlotValue value, ReadOnlySpan<byte> line, Span<byte> buffer) => value.Kind switch
    {
        SlotKind.Missing => default,
        SlotKind.True => "true"u8,
        SlotKind.False => "false"u8,
        SlotKind.EscapedText => JsonText.TryUnescape(value.Bytes(line), buffer, out var length) ? buffer[..length] : default,
        _ => value.Bytes(line),
    };
}
