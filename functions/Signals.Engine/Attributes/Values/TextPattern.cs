using System.Text;
using System.Text.RegularExpressions;

namespace Signals.Engine.Attributes;

/// <summary>
/// Patterns of definitions, which are untrusted: they run on the non-backtracking engine, in time linear in the text, and
/// see at most the first <see cref="MaxTextLength"/> characters of it.
/// </summary>
internal static class TextPattern
{
    /// <summary>Longest text that a pattern is held against, in UTF-16 code units; a longer one does not match.</summary>
    public const int MaxTextLength = 65_536;

    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    public const int MaxPatternLength = 1_024;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private const string AnyCharacter = @"(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|[^\uD800-\uDFFF])";

    /// <summary>A whole-text SQL pattern: <c>%</c> for any run, <c>_</c> for one character, no escape, case-sensitive.</summary>
    public static Regex Like(string pattern)
    {
        var regex = new StringBuilder(@"\A");
        foreach (var character in pattern)
            _ = character switch
            {
                '%' => regex.Append(@"[\s\S]*"),
                '_' => regex.Append(AnyCharacter),
                _ => regex.Append(Regex.Escape(character.ToString())),
            };
        return new Regex(regex.Append(@"\z").ToString(), Options);
    }

    /// <summary>A regular expression that may match anywhere in the text.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking (look-around, back-references).</exception>
    public static Regex RegularExpression(string pattern) => new(pattern, Options);

    /// <summary>Whether a pattern matches, within the bound on the text's length.</summary>
    public static bool Matches(Regex pattern, string text) => text.Length <= MaxTextLength && pattern.IsMatch(text);
}
