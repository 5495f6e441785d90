using System.Text;

namespace Signals.Engine.Events;

/// <summary>Values of identifiers that identify nobody and count as absent (spec enriched-events, section 7).</summary>
public static class PlaceholderIdentifiers
{
    /// <summary>
    /// True for an empty text, the nil UUID, the collector's stand-in UUID (in any case), and for <c>unknown</c> as an address.
    /// </summary>
    /// <param name="utf8">The identifier, in UTF-8.</param>
    /// <param name="column">The atomic column that it comes from; -1 for another source.</param>
    public static bool Contains(ReadOnlySpan<byte> utf8, int column = -1) => utf8.Length switch
    {
        0 => true,
        7 => column == AtomicColumns.UserIpaddress && utf8.SequenceEqual("unknown"u8),
        36 => utf8[0] == '0'
            && (utf8.SequenceEqual("00000000-0000-0000-0000-000000000000"u8)
                || Ascii.EqualsIgnoreCase(utf8, "00000000-0000-4000-a000-000000000000"u8)),
        _ => false,
    };
}
