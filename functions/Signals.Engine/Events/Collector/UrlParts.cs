using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Signals.Engine.Events;

/// <summary>A URL in its parts, none of them decoded (spec enriched-events, section 9.3).</summary>
/// <param name="Scheme">Scheme, without the colon.</param>
/// <param name="Host">Host, without user and port.</param>
/// <param name="Port">The port in the URL, else 443 for https and 80 for everything else.</param>
/// <param name="Path">Path.</param>
/// <param name="Query">Query without the question mark.</param>
/// <param name="Fragment">Fragment without the hash.</param>
internal sealed record UrlParts(string Scheme, string Host, int Port, string Path, string Query, string Fragment)
{
    /// <summary>Splits a URL. False when it has an authority without a host, or a port that is none.</summary>
    public static bool TrySplit(string url, [NotNullWhen(true)] out UrlParts? parts)
    {
        parts = null;
        var rest = url.Trim().Replace(" ", "%20", StringComparison.Ordinal);
        var fragment = CutFrom(ref rest, '#');
        var query = CutFrom(ref rest, '?');
        var scheme = "";
        var colon = rest.AsSpan().IndexOfAny(':', '/');
        if (colon > 0 && rest[colon] == ':')
        {
            scheme = rest[..colon];
            rest = rest[(colon + 1)..];
        }

        var host = "";
        var port = scheme.Equals("https", StringComparison.OrdinalIgnoreCase) ? 443 : 80;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('/', 2);
            var authority = end < 0 ? rest[2..] : rest[2..end];
            rest = end < 0 ? "" : rest[end..];
            if (!TrySplitAuthority(authority, out host, ref port) || host.Length == 0 && scheme is "http" or "https")
                return false;
        }
        parts = new UrlParts(scheme, host, port, rest, query, fragment);
        return true;
    }

    private static bool TrySplitAuthority(string authority, out string host, ref int port)
    {
        host = authority[(authority.LastIndexOf('@') + 1)..];
        // a colon inside brackets belongs to an IPv6 address
        var colon = host.IndexOf(':', Math.Max(host.IndexOf(']'), 0));
        if (colon < 0)
            return true;
        var text = host[(colon + 1)..];
        host = host[..colon];
        return text.Length == 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;
    }

    private static string CutFrom(ref string text, char mark)
    {
        var place = text.IndexOf(mark);
        if (place < 0)
            return "";
        var cut = text[(place + 1)..];
        text = text[..place];
        return cut;
    }
}
