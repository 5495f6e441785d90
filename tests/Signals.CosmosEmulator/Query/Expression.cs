using System.Text.Json;

namespace Signals.CosmosEmulator.Query;

/// <summary>What an expression sees: an item, or the number of items where they are counted.</summary>
internal readonly record struct QueryScope(QueryValue Item, long Count = 0);

/// <summary>A part of a query that has a value for each item.</summary>
internal abstract record Expression
{
    public abstract QueryValue Evaluate(QueryScope scope);

    /// <summary>Whether it counts items instead of looking at one.</summary>
    public virtual bool Counts => false;

    /// <summary>The paths of items that it looks at.</summary>
    public virtual IEnumerable<PathExpression> Paths => [];

    /// <summary>Writes the value where it is returned.</summary>
    public virtual void Write(Utf8JsonWriter writer, QueryScope scope) => Evaluate(scope).Write(writer);
}

internal sealed record LiteralExpression(QueryValue Value) : Expression
{
    public override QueryValue Evaluate(QueryScope scope) => Value;
}

/// <summary>The item itself, or what a path in it leads to.</summary>
internal sealed record PathExpression(IReadOnlyList<string> Names) : Expression
{
    public override IEnumerable<PathExpression> Paths => [this];

    public override QueryValue Evaluate(QueryScope scope)
    {
        var value = scope.Item;
        foreach (var name in Names)
        {
            value = value.Kind == QueryValueKind.Array && int.TryParse(name, out var index) ? value.Element(index) : value.Member(name);
        }

        return value;
    }

    /// <summary>The path in the form that query plans have.</summary>
    public string ToText(string alias) => alias + string.Concat(Names.Select(static name =>
        name.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_') ? "." + name : $"[\"{name}\"]"));

    public bool Equals(PathExpression? other) => other is not null && Names.SequenceEqual(other.Names);

    public override int GetHashCode() => Names.Count == 0 ? 0 : Names[^1].GetHashCode(StringComparison.Ordinal);
}

internal sealed record ComparisonExpression(string Operator, Expression Left, Expression Right) : Expression
{
    public override IEnumerable<PathExpression> Paths => Left.Paths.Concat(Right.Paths);

    public override QueryValue Evaluate(QueryScope scope)
    {
        var (left, right) = (Left.Evaluate(scope), Right.Evaluate(scope));
        if (Operator == "=") return left.IsEqualTo(right);
        if (Operator is "!=" or "<>") return Not(left, right);
        if (left.CompareWith(right) is not { } order) return QueryValue.Undefined;
        return QueryValue.Of(Operator switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 });
    }

    private static QueryValue Not(QueryValue left, QueryValue right)
    {
        if (left.Kind == QueryValueKind.Undefined || right.Kind == QueryValueKind.Undefined) return QueryValue.Undefined;
        return QueryValue.Of(!left.IsEqualTo(right).IsTrue);
    }
}

internal sealed record LogicalExpression(bool IsAnd, Expression Left, Expression Right) : Expression
{
    public override IEnumerable<PathExpression> Paths => Left.Paths.Concat(Right.Paths);

    public override QueryValue Evaluate(QueryScope scope)
    {
        var left = Left.Evaluate(scope);
        if (IsAnd ? left.IsFalse : left.IsTrue) return left;
        var right = Right.Evaluate(scope);
        if (IsAnd ? right.IsFalse : right.IsTrue) return right;
        var bothKnown = left.Kind == QueryValueKind.Boolean && right.Kind == QueryValueKind.Boolean;
        return bothKnown ? QueryValue.Of(IsAnd) : QueryValue.Undefined;
    }
}

internal sealed record NotExpression(Expression Inner) : Expression
{
    public override IEnumerable<PathExpression> Paths => Inner.Paths;

    public override QueryValue Evaluate(QueryScope scope)
    {
        var value = Inner.Evaluate(scope);
        return value.Kind == QueryValueKind.Boolean ? QueryValue.Of(value.IsFalse) : QueryValue.Undefined;
    }
}

internal sealed record InExpression(Expression Value, IReadOnlyList<Expression> List) : Expression
{
    public override IEnumerable<PathExpression> Paths => Value.Paths.Concat(List.SelectMany(static item => item.Paths));

    public override QueryValue Evaluate(QueryScope scope)
    {
        var value = Value.Evaluate(scope);
        if (value.Kind == QueryValueKind.Undefined) return QueryValue.Undefined;
        foreach (var item in List)
        {
            if (value.IsEqualTo(item.Evaluate(scope)).IsTrue) return QueryValue.True;
        }

        return QueryValue.False;
    }
}

/// <summary>An object made in a SELECT; a property whose value is undefined is left out.</summary>
internal sealed record ObjectExpression(IReadOnlyList<(string Name, Expression Value)> Properties) : Expression
{
    public override bool Counts => Properties.Any(static property => property.Value.Counts);

    public override QueryValue Evaluate(QueryScope scope) => throw new QueryException("An object can be returned but not compared.");

    public override void Write(Utf8JsonWriter writer, QueryScope scope)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in Properties)
        {
            if (value is PathExpression && value.Evaluate(scope).Kind == QueryValueKind.Undefined) continue;
            writer.WritePropertyName(name);
            value.Write(writer, scope);
        }

        writer.WriteEndObject();
    }
}

/// <summary>An array made in a SELECT.</summary>
internal sealed record ArrayExpression(IReadOnlyList<Expression> Elements) : Expression
{
    public override bool Counts => Elements.Any(static element => element.Counts);

    public override QueryValue Evaluate(QueryScope scope) => throw new QueryException("An array can be returned but not compared.");

    public override void Write(Utf8JsonWriter writer, QueryScope scope)
    {
        writer.WriteStartArray();
        foreach (var element in Elements) element.Write(writer, scope);
        writer.WriteEndArray();
    }
}

internal sealed record CountExpression : Expression
{
    public override bool Counts => true;

    public override QueryValue Evaluate(QueryScope scope) => new(QueryValueKind.Number, scope.Count);
}
