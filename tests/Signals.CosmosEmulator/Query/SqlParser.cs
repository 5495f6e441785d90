using System.Globalization;
using System.Text.Json;

namespace Signals.CosmosEmulator.Query;

/// <summary>
/// Reads the part of the query language that is known here: SELECT of everything, of a value or of a list; FROM one alias; WHERE;
/// ORDER BY one path; TOP or OFFSET LIMIT; COUNT. Everything else is refused.
/// </summary>
internal sealed class SqlParser
{
    private const int MaximumDepth = 100;
    private readonly string _query;
    private readonly IReadOnlyDictionary<string, JsonElement> _parameters;
    private readonly List<Token> _tokens;
    private int _next;
    private int _depth;
    private string _alias = "";

    private SqlParser(string query, IReadOnlyDictionary<string, JsonElement> parameters)
    {
        _query = query;
        _parameters = parameters;
        _tokens = Lexer.Read(query);
    }

    private Token Current => _tokens[_next];

    public static SqlQuery Parse(string query, IReadOnlyDictionary<string, JsonElement> parameters) => new SqlParser(query, parameters).ParseQuery();

    /// <summary>The condition of a patch: a query without its SELECT.</summary>
    public static Expression ParseCondition(string condition) =>
        Parse("SELECT * " + condition, new Dictionary<string, JsonElement>()).Where ?? throw new QueryException("The condition has no WHERE.");

    private SqlQuery ParseQuery()
    {
        Expect("SELECT");
        if (Current.Is("DISTINCT")) throw Unknown();
        var top = Accept("TOP") ? ParseCount() : (int?)null;
        _alias = FindAlias();

        var selectStart = Current.At;
        var select = ParseSelect(out var selectsValue);
        var fromStart = Current.At;
        SkipFrom();
        var whereStart = Current.At;
        var where = Accept("WHERE") ? ParseExpression() : null;
        var whereEnd = Current.At;
        var orderBy = Accept("ORDER") ? ParseOrderBy() : null;
        var hasOffset = Accept("OFFSET");
        var offset = hasOffset ? ParseCount() : 0;
        if (hasOffset) Expect("LIMIT");
        var limit = hasOffset ? ParseCount() : top;
        if (Current.Kind != TokenKind.End) throw Unknown();

        return new SqlQuery
        {
            Alias = _alias,
            Select = select,
            SelectsValue = selectsValue,
            Where = where,
            OrderBy = orderBy,
            Offset = offset,
            Limit = limit,
            HasTop = top is not null,
            HasOffset = hasOffset,
            Text = new QueryText(
                _query[selectStart..fromStart].Trim(), _query[fromStart..whereStart].Trim(),
                where is null ? null : _query[(whereStart + "WHERE".Length)..whereEnd].Trim()),
        };
    }

    /// <summary>The name of the items: what the SELECT uses is only said after it.</summary>
    private string FindAlias()
    {
        var from = _tokens.FindIndex(static token => token.Is("FROM"));
        if (from < 0) return "c";
        var at = from + 1;
        if (_tokens[at].Kind != TokenKind.Word) throw new QueryException("FROM names no source.");
        if (_tokens[at + 1].Is("AS")) return _tokens[at + 2].Text;
        var isNamed = _tokens[at + 1].Kind == TokenKind.Word && !_tokens[at + 1].Is("WHERE") && !_tokens[at + 1].Is("ORDER") && !_tokens[at + 1].Is("OFFSET");
        return _tokens[at + (isNamed ? 1 : 0)].Text;
    }

    private void SkipFrom()
    {
        if (!Accept("FROM")) return;
        _next++;
        if (Accept("AS") || Current.Is(_alias)) _next++;
        if (Current.Is("JOIN") || Current.Is("IN") || Current.Is(".")) throw Unknown();
    }

    private Expression ParseSelect(out bool selectsValue)
    {
        selectsValue = Accept("VALUE");
        if (selectsValue) return ParseExpression();
        if (Accept("*")) return new PathExpression([]);
        var properties = new List<(string Name, Expression Value)>();
        do
        {
            var value = ParseExpression();
            properties.Add((Accept("AS") ? ParseName() : NameOf(value, properties.Count), value));
        }
        while (Accept(","));
        return new ObjectExpression(properties);
    }

    private static string NameOf(Expression value, int index) =>
        value is PathExpression { Names: [.., var name] } ? name : "$" + (index + 1).ToString(CultureInfo.InvariantCulture);

    private Ordering ParseOrderBy()
    {
        Expect("BY");
        if (ParseExpression() is not PathExpression path || path.Names.Count == 0) throw new QueryException("ORDER BY needs a path.");
        var descending = Accept("DESC");
        if (!descending) Accept("ASC");
        if (Current.Is(",")) throw new QueryException("The emulator orders by one path only.");
        return new Ordering(path, descending);
    }

    private int ParseCount()
    {
        var value = ParsePrimary().Evaluate(default);
        if (value.Kind != QueryValueKind.Number || value.Number < 0 || value.Number != Math.Floor(value.Number) || value.Number > int.MaxValue)
            throw new QueryException("TOP, OFFSET and LIMIT take a whole number.");
        return (int)value.Number;
    }

    private Expression ParseExpression()
    {
        if (++_depth > MaximumDepth) throw new QueryException("The query is nested too deeply.");
        var left = ParseAnd();
        while (Accept("OR")) left = new LogicalExpression(false, left, ParseAnd());
        _depth--;
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (Accept("AND")) left = new LogicalExpression(true, left, ParseNot());
        return left;
    }

    private Expression ParseNot() => Accept("NOT") ? new NotExpression(ParseNot()) : ParseComparison();

    private Expression ParseComparison()
    {
        var left = ParsePrimary();
        if (Current.Kind == TokenKind.Symbol && Current.Text is "=" or "!=" or "<>" or "<" or "<=" or ">" or ">=")
        {
            _next++;
            return new ComparisonExpression(_tokens[_next - 1].Text, left, ParsePrimary());
        }

        if (Accept("BETWEEN"))
        {
            var lower = new ComparisonExpression(">=", left, ParsePrimary());
            Expect("AND");
            return new LogicalExpression(true, lower, new ComparisonExpression("<=", left, ParsePrimary()));
        }

        var isNot = Current.Is("NOT") && _tokens[_next + 1].Is("IN");
        if (isNot) _next++;
        if (!Accept("IN")) return left;
        Expect("(");
        var isIn = new InExpression(left, ParseList(")"));
        return isNot ? new NotExpression(isIn) : isIn;
    }

    private Expression ParsePrimary()
    {
        var token = Current;
        _next++;
        switch (token.Kind)
        {
            case TokenKind.Text:
                return new LiteralExpression(new QueryValue(QueryValueKind.String, Text: token.Text));
            case TokenKind.Number:
                return new LiteralExpression(ParseNumber(token.Text));
            case TokenKind.Parameter:
                return _parameters.TryGetValue(token.Text, out var value)
                    ? new LiteralExpression(QueryValue.Of(value))
                    : throw new QueryException($"The query parameter '{token.Text}' has no value.");
            case TokenKind.Word:
                return ParseWord(token);
            case TokenKind.Symbol when token.Text == "-" && Current.Kind == TokenKind.Number:
                return new LiteralExpression(ParseNumber("-" + _tokens[_next++].Text));
            case TokenKind.Symbol when token.Text == "(":
                var inner = ParseExpression();
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return new ArrayExpression(ParseList("]"));
            case TokenKind.Symbol when token.Text == "{":
                return ParseObject();
            default:
                _next--;
                throw Unknown();
        }
    }

    private Expression ParseWord(Token word)
    {
        if (word.Is("true") || word.Is("false")) return new LiteralExpression(QueryValue.Of(word.Is("true")));
        if (word.Is("null")) return new LiteralExpression(new QueryValue(QueryValueKind.Null));
        if (word.Is("undefined")) return new LiteralExpression(QueryValue.Undefined);
        if (Accept("(")) return ParseCall(word.Text);
        if (word.Text != _alias && !word.Is("root")) throw new QueryException($"Identifier '{word.Text}' could not be resolved.");
        var names = new List<string>();
        while (true)
        {
            if (Accept(".")) names.Add(ParseName());
            else if (Accept("[")) names.Add(ParseIndex());
            else return new PathExpression(names);
        }
    }

    private Expression ParseCall(string function)
    {
        var arguments = ParseList(")");
        if (!function.Equals("COUNT", StringComparison.OrdinalIgnoreCase)) return FunctionExpression.Create(function, arguments);
        return arguments is [LiteralExpression] ? new CountExpression() : throw new QueryException("The emulator counts items only: COUNT(1).");
    }

    private List<Expression> ParseList(string end)
    {
        var list = new List<Expression>();
        if (Accept(end)) return list;
        do list.Add(ParseExpression());
        while (Accept(","));
        Expect(end);
        return list;
    }

    private ObjectExpression ParseObject()
    {
        var properties = new List<(string Name, Expression Value)>();
        if (Accept("}")) return new ObjectExpression(properties);
        do
        {
            var name = ParseName();
            Expect(":");
            properties.Add((name, ParseExpression()));
        }
        while (Accept(","));
        Expect("}");
        return new ObjectExpression(properties);
    }

    private string ParseIndex()
    {
        if (Current.Kind is not (TokenKind.Text or TokenKind.Number)) throw Unknown();
        var name = _tokens[_next++].Text;
        Expect("]");
        return name;
    }

    private string ParseName() => Current.Kind is TokenKind.Word or TokenKind.Text ? _tokens[_next++].Text : throw Unknown();

    private static QueryValue ParseNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        ? new QueryValue(QueryValueKind.Number, number)
        : throw new QueryException($"Syntax error, invalid numeric value '{text}'.");

    private bool Accept(string word)
    {
        if (!Current.Is(word)) return false;
        _next++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Accept(word)) throw Unknown();
    }

    private QueryException Unknown() => new(Current.Kind == TokenKind.End
        ? "Syntax error, unexpected end of input."
        : $"Syntax error, incorrect syntax near '{Current.Text}' at {Current.At}; the emulator may not know what Cosmos DB does.");
}
