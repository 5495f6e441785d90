using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signals.Engine.Identities;

/// <summary>
/// The persistent id of one person: 128 bits, written <c>sp_</c> and 26 characters of RFC 4648 base32 in upper case (spec identities, 5.1).
/// The default value is no id.
/// </summary>
/// <param name="High">The first eight bytes in network byte order.</param>
/// <param name="Low">The last eight bytes in network byte order.</param>
public readonly record struct SnowplowId(ulong High, ulong Low) : IComparable<SnowplowId>
{
    /// <summary>Length of the text in characters, which is also its length in UTF-8.</summary>
    public const int TextLength = 29;

    private const int Digits = 26;

    private static ReadOnlySpan<byte> Prefix => "sp_"u8;

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"u8;

    /// <summary>True for the value that stands for no id.</summary>
    public bool IsNone => (High | Low) == 0;

    /// <summary>Makes an id from its 16 bytes in network byte order.</summary>
    public static SnowplowId FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Writes the 16 bytes in network byte order.</summary>
    public void WriteBytes(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>
    /// Reads any text that matches <c>^sp_[A-Za-z2-7]{26}$</c>, in either case. The last two of its 130 bits carry nothing and are
    /// ignored, so texts that differ in them alone are one id.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out SnowplowId id)
    {
        id = default;
        if (utf8.Length != TextLength || !utf8.StartsWith(Prefix))
            return false;
        ulong high = 0, low = 0;
        for (var i = 0; i < Digits - 1; i++)
        {
            if (!TryReadDigit(utf8[Prefix.Length + i], out var digit))
                return false;
            high = high << 5 | low >> 59;
            low = low << 5 | digit;
        }
        if (!TryReadDigit(utf8[TextLength - 1], out var last))
            return false;
        id = new SnowplowId(high << 3 | low >> 61, low << 3 | last >> 2);
        return true;
    }

    /// <summary>Reads any text that matches <c>^sp_[A-Za-z2-7]{26}$</c>, in either case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SnowplowId id)
    {
        id = default;
        Span<byte> utf8 = stackalloc byte[TextLength];
        return text?.Length == TextLength && Encoding.UTF8.TryGetBytes(text, utf8, out var length) && TryParse(utf8[..length], out id);
    }

    /// <summary>Writes the text in UTF-8: <see cref="TextLength"/> bytes.</summary>
    public void WriteText(Span<byte> utf8)
    {
        Prefix.CopyTo(utf8);
        for (var i = 0; i < Digits; i++)
            utf8[Prefix.Length + i] = Alphabet[Digit(i)];
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(TextLength, this, static (text, id) =>
    {
        Span<byte> utf8 = stackalloc byte[TextLength];
        id.WriteText(utf8);
        Encoding.ASCII.GetChars(utf8, text);
    });

    /// <summary>Compares as the texts compare by ASCII, where digits stand before letters.</summary>
    public int CompareTo(SnowplowId other)
    {
        for (var i = 0; i < Digits; i++)
        {
            var order = Alphabet[Digit(i)] - Alphabet[other.Digit(i)];
            if (order != 0)
                return order;
        }
        return 0;
    }

    private int Digit(int position)
    {
        var shift = 123 - 5 * position;
        var bits = shift < 0 ? Low << 2 : shift >= 64 ? High >> shift - 64 : Low >> shift | High << 64 - shift;
        return (int)(bits & 31);
    }

    private static bool TryReadDigit(byte c, out uint digit)
    {
        digit = c switch
        {
            >= (byte)'A' and <= (byte)'Z' => (uint)(c - 'A'),
            >= (byte)'a' and <= (byte)'z' => (uint)(c - 'a'),
            >= (byte)'2' and <= (byte)'7' => (uint)(c - '2' + 26),
            _ => uint.MaxValue,
        };
        return digit < 32;
    }
}
