namespace Signals.Engine.Attributes;

/// <summary>
/// A SQL pattern over a whole text: <c>%</c> for any run, <c>_</c> for one character, no escape, case-sensitive. Definitions
/// are untrusted: the time is bounded by the product of both lengths, and needs no more than two positions to remember.
/// </summary>
internal sealed class LikePattern(string pattern)
{
    /// <summary>Longest text that a pattern is held against, in UTF-16 code units; a longer one does not match.</summary>
    public const int MaxTextLength = 65_536;

    /// <summary>Whether the pattern matches the whole text.</summary>
    public bool Matches(string text)
    {
        if (text.Length > MaxTextLength)
            return false;
        var (at, next) = (0, 0);
        // Where to go on after a mismatch: behind the last %, which then takes one more character.
        var (retryAt, retryNext) = (0, -1);
        while (at < text.Length)
        {
            if (next < pattern.Length && pattern[next] == '%')
                (retryAt, retryNext) = (at, ++next);
            else if (next < pattern.Length && (pattern[next] == '_' || pattern[next] == text[at]))
                at += pattern[next++] == '_' ? CharacterLength(text, at) : 1;
            else if (retryNext >= 0)
                (at, next) = (retryAt += CharacterLength(text, retryAt), retryNext);
            else
                return false;
        }
        return pattern.AsSpan(next).IndexOfAnyExcept('%') < 0;
    }

    /// <summary>Characters beyond the basic plane take two code units.</summary>
    private static int CharacterLength(string text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
}
