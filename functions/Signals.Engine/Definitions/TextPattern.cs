using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Signals.Engine.Definitions;

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

    /// <summary>Whether a <c>like</c> pattern may stand in a definition; says why not.</summary>
    public static bool IsLike(string pattern, [NotNullWhen(false)] out string? error) => Compiles(pattern, Like, out error);

    /// <summary>Whether a regular expression may stand in a definition; says why not.</summary>
    public static bool IsRegularExpression(string pattern, [NotNullWhen(false)] out string? error) => Compiles(pattern, RegularExpression, out error);

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

    private static bool Compiles(string pattern, Func<string, Regex> compile, [NotNullWhen(false)] out string? error)
    {
        error = pattern.Length > MaxPatternLength ? $"a pattern has at most {MaxPatternLength} characters" : null;
        if (error is not null)
            return false;
        try
        {
            compile(pattern);
            return true;
        }
        catch (RegexParseException exception)
        {
            error = exception.Message;
        }
        catch (NotSupportedException)
        {
            error = "the pattern is too large, or needs look-around, back-references or atomic groups, which are not supported";
        }
        return false;
    }

    /// <summary>Whether a pattern matches, within the bound on the text's length.</summary>
    public static bool Matches(Regex pattern, string text) => text.Length <= MaxTextLength && pattern.IsMatch(text);
}
