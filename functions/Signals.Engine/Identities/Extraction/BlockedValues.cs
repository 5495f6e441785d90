using System.Collections.Frozen;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Values that identify nobody (spec identities, 4.1). All of them are given after trimming.</summary>
internal static class BlockedValues
{
    private static readonly FrozenSet<string> Words = new[]
    {
        "null", "nil", "none", "undefined", "nan", "n/a", "unknown", "anonymous", "anon", "guest", "invalid", "not set", "(not set)",
        "(null)", "[object object]", "true", "false", "-1",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> WordLookup = Words.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly int LongestWord = Words.Max(word => word.Length);

    /// <summary>
    /// Whether the default list has the value: a word for nothing in any case, zeros and dashes alone, a template macro that was never
    /// filled in, or one of the collector's stand-ins.
    /// </summary>
    public static bool Contains(ReadOnlySpan<char> value) =>
        value.Length <= LongestWord && WordLookup.Contains(value)
        || value.Length > 0 && value.IndexOfAnyExcept('0', '-') < 0
        || IsMacro(value)
        || IsPlaceholder(value);

    private static bool IsMacro(ReadOnlySpan<char> value) =>
        value is ['$', '{', .., '}'] or ['{', '{', .., '}', '}'] or ['%', '%', .., '%', '%'] or ['<', .., '>'];

    private static bool IsPlaceholder(ReadOnlySpan<char> value)
    {
        Span<byte> utf8 = stackalloc byte[36];
        return value.Length == utf8.Length && Ascii.FromUtf16(value, utf8, out _) == System.Buffers.OperationStatus.Done
            && PlaceholderIdentifiers.Contains(utf8);
    }
}
