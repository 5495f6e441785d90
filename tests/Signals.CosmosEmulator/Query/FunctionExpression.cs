namespace Signals.CosmosEmulator.Query;

/// <summary>A call of one of the system functions that are known here.</summary>
internal sealed record FunctionExpression(string Name, IReadOnlyList<Expression> Arguments, Func<IReadOnlyList<QueryValue>, QueryValue> Function) : Expression
{
    private static readonly Dictionary<string, (int Least, int Most, Func<IReadOnlyList<QueryValue>, QueryValue> Function)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["IS_DEFINED"] = (1, 1, static values => QueryValue.Of(values[0].Kind != QueryValueKind.Undefined)),
        ["IS_NULL"] = Is(QueryValueKind.Null),
        ["IS_BOOL"] = Is(QueryValueKind.Boolean),
        ["IS_BOOLEAN"] = Is(QueryValueKind.Boolean),
        ["IS_NUMBER"] = Is(QueryValueKind.Number),
        ["IS_STRING"] = Is(QueryValueKind.String),
        ["IS_ARRAY"] = Is(QueryValueKind.Array),
        ["IS_OBJECT"] = Is(QueryValueKind.Object),
        ["STARTSWITH"] = OnText(static (text, part, comparison) => text.StartsWith(part, comparison)),
        ["ENDSWITH"] = OnText(static (text, part, comparison) => text.EndsWith(part, comparison)),
        ["CONTAINS"] = OnText(static (text, part, comparison) => text.Contains(part, comparison)),
        ["ARRAY_CONTAINS"] = (2, 2, static values => ArrayContains(values[0], values[1])),
    };

    /// <summary>Looking into an array is looking at its elements, which have a path of their own in the index.</summary>
    public override IEnumerable<PathExpression> Paths => Name == "ARRAY_CONTAINS" && Arguments[0] is PathExpression array
        ? Arguments[1].Paths.Prepend(new PathExpression([.. array.Names, "[]"]))
        : Arguments.SelectMany(static argument => argument.Paths);

    public static FunctionExpression Create(string name, IReadOnlyList<Expression> arguments)
    {
        if (!Known.TryGetValue(name, out var known)) throw new QueryException($"'{name}' is not a recognized built-in function name.");
        if (arguments.Count < known.Least || arguments.Count > known.Most) throw new QueryException($"The {name} function does not take {arguments.Count} arguments.");
        return new FunctionExpression(name.ToUpperInvariant(), arguments, known.Function);
    }

    public override QueryValue Evaluate(QueryScope scope)
    {
        var values = new QueryValue[Arguments.Count];
        for (var index = 0; index < values.Length; index++) values[index] = Arguments[index].Evaluate(scope);
        return Function(values);
    }

    private static (int Least, int Most, Func<IReadOnlyList<QueryValue>, QueryValue> Function) Is(QueryValueKind kind) =>
        (1, 1, values => QueryValue.Of(values[0].Kind == kind));

    private static (int Least, int Most, Func<IReadOnlyList<QueryValue>, QueryValue> Function) OnText(Func<string, string, StringComparison, bool> test) =>
        (2, 3, values =>
        {
            if (values[0].Kind != QueryValueKind.String || values[1].Kind != QueryValueKind.String) return QueryValue.Undefined;
            var ignoresCase = values.Count == 3 && values[2].IsTrue;
            return QueryValue.Of(test(values[0].Text, values[1].Text, ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
        }
    );

    private static QueryValue ArrayContains(QueryValue array, QueryValue value)
    {
        if (array.Kind != QueryValueKind.Array) return QueryValue.Undefined;
        return QueryValue.Of(array.Json.EnumerateArray().Any(element => QueryValue.Of(element).IsEqualTo(value).IsTrue));
    }
}
