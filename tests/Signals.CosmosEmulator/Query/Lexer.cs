using System.Text;

namespace Signals.CosmosEmulator.Query;

/// <summary>Cuts a query into tokens.</summary>
internal static class Lexer
{
    private const int MaximumLength = 262_144;

    public static List<Token> Read(string query)
    {
        if (query.Length > MaximumLength) throw new QueryException("The SQL query text exceeded the maximum limit of 262144 characters");
        var tokens = new List<Token>();
        var at = 0;
        while (at < query.Length)
        {
            if (char.IsWhiteSpace(query[at]))
            {
                at++;
                continue;
            }

            var token = ReadToken(query, at, out var end);
            tokens.Add(token);
            at = end;
        }

        tokens.Add(new Token(TokenKind.End, "", at));
        return tokens;
    }

    private static Token ReadToken(string query, int at, out int end)
    {
        var first = query[at];
        if (first is '"' or '\'') return new Token(TokenKind.Text, ReadText(query, at, out end), at);
        if (char.IsAsciiDigit(first)) return new Token(TokenKind.Number, Take(query, at, IsNumberPart, out end), at);
        if (first == '@') return new Token(TokenKind.Parameter, Take(query, at, static (character, _) => IsWordPart(character) || character == '@', out end), at);
        if (IsWordPart(first)) return new Token(TokenKind.Word, Take(query, at, static (character, _) => IsWordPart(character), out end), at);
        var isDouble = at + 1 < query.Length && query.AsSpan(at, 2) is "<=" or ">=" or "!=" or "<>";
        end = at + (isDouble ? 2 : 1);
        return new Token(TokenKind.Symbol, query[at..end], at);
    }

    private static bool IsWordPart(char character) => char.IsLetterOrDigit(character) || character is '_' or '$';

    private static bool IsNumberPart(char character, char before) =>
        char.IsAsciiDigit(character) || character is '.' or 'e' or 'E' || (character is '+' or '-' && before is 'e' or 'E');

    private static string Take(string query, int at, Func<char, char, bool> belongs, out int end)
    {
        end = at + 1;
        while (end < query.Length && belongs(query[end], query[end - 1])) end++;
        return query[at..end];
    }

    private static string ReadText(string query, int at, out int end)
    {
        var text = new StringBuilder();
        var quote = query[at];
        for (end = at + 1; end < query.Length; end++)
        {
            if (query[end] == quote)
            {
                end++;
                return text.ToString();
            }

            text.Append(query[end] == '\\' && end + 1 < query.Length ? Unescape(query, ref end) : query[end]);
        }

        throw new QueryException($"Syntax error, the string at {at} does not end.");
    }

    private static char Unescape(string query, ref int at)
    {
        at++;
        switch (query[at])
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u' when at + 4 < query.Length:
                at += 4;
                return (char)Convert.ToInt32(query.Substring(at - 3, 4), 16);
            default: return query[at];
        }
    }
}
