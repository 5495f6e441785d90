using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Signals.Engine.Definitions;

/// <summary>
/// Patterns of definitions, which are untrusted: regular expressions run on the non-backtracking engine, and see no text
/// longer than <see cref="MaxTextLength"/>.
/// </summary>
internal static class TextPattern
{
    /// <summary>Longest text that a pattern is held against, in UTF-16 code units; a longer one does not match.</summary>
    public const int MaxTextLength = 65_536;

    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    public const int MaxPatternLength = 1_024;

    /// <summary>Whether a <c>like</c> pattern may stand in a definition; says why not.</summary>
    public static bool IsLike(string pattern, [NotNullWhen(false)] out string? error)
    {
        error = pattern.Length > MaxPatternLength ? $"a pattern has at most {MaxPatternLength} characters" : null;
        return error is null;
    }

    /// <summary>Whether a regular expression may stand in a definition; says why not.</summary>
    public static bool IsRegularExpression(string pattern, [NotNullWhen(false)] out string? error)
    {
        if (!IsLike(pattern, out error))
            return false;
        try
        {
            RegularExpression(pattern);
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

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>A regular expression that may match anywhere in the text.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking (look-around, back-references).</exception>
    public static Regex RegularExpression(string pattern) => new(pattern, Options);

    /// <summary>Whether a pattern matches, within the bound on the text's length.</summary>
    public static bool Matches(Regex pattern, string text) => text.Length <= MaxTextLength && pattern.IsMatch(text);
}
