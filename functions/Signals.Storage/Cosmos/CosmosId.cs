using System.Buffers;
using System.Globalization;
using System.Text;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Makes texts fit for ids. Cosmos DB forbids <c>/ \ ? #</c> in ids, tools trip over others, and two texts must never get one id: letters,
/// digits and <c>- . _ @</c> stay, every other byte of the UTF-8 becomes <c>~</c> with two hexadecimal digits.
/// </summary>
internal static class CosmosId
{
    /// <summary>Longest id: https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits.</summary>
    public const int MaxLength = 1023;

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._@");

    /// <summary>Encodes any text, halves of surrogate pairs that stand alone included.</summary>
    public static string Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        var encoded = new StringBuilder(text.Length * 2);
        Span<byte> bytes = stackalloc byte[4];
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            if (Plain.Contains(rest[0]))
            {
                encoded.Append(rest[0]);
                rest = rest[1..];
                continue;
            }
            var valid = Rune.DecodeFromUtf16(rest, out var rune, out var consumed) == OperationStatus.Done;
            foreach (var value in bytes[..(valid ? rune.EncodeToUtf8(bytes) : EncodeLoneSurrogate(rest[0], bytes))])
                encoded.Append(CultureInfo.InvariantCulture, $"~{value:X2}");
            rest = rest[consumed..];
        }
        return encoded.ToString();
    }

    /// <summary>The text that <see cref="Encode"/> was given.</summary>
    public static string Decode(ReadOnlySpan<char> encoded)
    {
        var bytes = new byte[encoded.Length];
        var length = 0;
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '~')
            {
                bytes[length++] = byte.Parse(encoded.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }
            else
            {
                bytes[length++] = (byte)encoded[i];
            }
        }
        return DecodeUtf8(bytes.AsSpan(0, length));
    }

    /// <summary>Three bytes as UTF-8 would have them if it allowed surrogates (WTF-8).</summary>
    private static int EncodeLoneSurrogate(char surrogate, Span<byte> bytes)
    {
        bytes[0] = (byte)(0xE0 | (surrogate >> 12));
        bytes[1] = (byte)(0x80 | ((surrogate >> 6) & 0x3F));
        bytes[2] = (byte)(0x80 | (surrogate & 0x3F));
        return 3;
    }

    private static string DecodeUtf8(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) == OperationStatus.Done)
            {
                text.Append(rune.ToString());
                bytes = bytes[consumed..];
                continue;
            }
            text.Append((char)(((bytes[0] & 0x0F) << 12) | ((bytes[1] & 0x3F) << 6) | (bytes[2] & 0x3F)));
            bytes = bytes[3..];
        }
        return text.ToString();
    }
}
