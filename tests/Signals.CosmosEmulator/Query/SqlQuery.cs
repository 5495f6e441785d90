namespace Signals.CosmosEmulator.Query;

/// <summary>One ORDER BY criterion.</summary>
internal sealed record Ordering(PathExpression Path, bool Descending);

/// <summary>A query after parsing. Parameters have become literals.</summary>
internal sealed record SqlQuery
{
    public required string Alias { get; init; }

    /// <summary>What is returned of each item, or for all of them when it counts.</summary>
    public required Expression Select { get; init; }

    /// <summary>Whether the values stand for themselves (SELECT VALUE), not as properties of an object.</summary>
    public required bool SelectsValue { get; init; }
    public Expression? Where { get; init; }
    public Ordering? OrderBy { get; init; }
    public int Offset { get; init; }

    /// <summary>The LIMIT or TOP; null for no end.</summary>
    public int? Limit { get; init; }
    public bool HasTop { get; init; }
    public bool HasOffset { get; init; }

    /// <summary>Where the SELECT's list, the condition and the ordering stand in the text, by which a plan rewrites it.</summary>
    public required QueryText Text { get; init; }

    public bool Counts => Select.Counts;

    /// <summary>The condition as its top-level conjuncts.</summary>
    public IEnumerable<Expression> Conjuncts => Split(Where);

    private static IEnumerable<Expression> Split(Expression? condition) => condition switch
    {
        null => [],
        LogicalExpression { IsAnd: true } and => Split(and.Left).Concat(Split(and.Right)),
        _ => [condition],
    };
}

/// <summary>The parts of a query's text.</summary>
internal sealed record QueryText(string Select, string From, string? Where);
