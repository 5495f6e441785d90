using System.Text;

namespace Signals.Engine.Events;

/// <summary>Reads query strings.</summary>
internal static class QueryText
{
    /// <summary>Most parameters that are read; further ones are left out.</summary>
    public const int MaxParameters = 1000;

    /// <summary>The parameters in their order, decoded. A malformed percent sign stays as it is.</summary>
    public static IEnumerable<(string Name, string Value)> Parse(string query) =>
        query.Split('&', MaxParameters + 1, StringSplitOptions.RemoveEmptyEntries).Take(MaxParameters).Select(pair =>
        {
            var cut = pair.IndexOf('=');
            return cut < 0 ? (Decode(pair), "") : (Decode(pair[..cut]), Decode(pair[(cut + 1)..]));
        });

    /// <summary>True when every percent sign is followed by two hex digits.</summary>
    public static bool IsWellFormed(string query)
    {
        for (var i = query.IndexOf('%'); i >= 0; i = query.IndexOf('%', i + 1))
            if (i + 2 >= query.Length || !char.IsAsciiHexDigit(query[i + 1]) || !char.IsAsciiHexDigit(query[i + 2]))
                return false;
        return true;
    }

    private static string Decode(string text)
    {
        if (text.AsSpan().IndexOfAny('%', '+') < 0)
            return text.WithoutLoneSurrogates();
        var source = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < source.Length; i++)
        {
            var c = source[i];
            if (c == '+')
                c = (byte)' ';
            else if (c == '%' && i + 2 < source.Length && char.IsAsciiHexDigit((char)source[i + 1]) && char.IsAsciiHexDigit((char)source[i + 2]))
            {
                c = (byte)(HexDigit(source[i + 1]) << 4 | HexDigit(source[i + 2]));
                i += 2;
            }
            source[length++] = c;
        }
        return Encoding.UTF8.GetString(source, 0, length);
    }

    private static int HexDigit(byte c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
