using System.Globalization;
using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Partitioning;
using Signals.CosmosEmulator.Store;

namespace Signals.CosmosEmulator.Query;

/// <summary>
/// How a client runs a query over several ranges: what it asks each of them, and how it brings the answers together. The filter
/// that it puts in place of the placeholder continues an ordered query.
/// </summary>
internal static class QueryPlan
{
    private const string FilterPlaceholder = "{documentdb-formattableorderbyquery-filter}";

    public static JsonObject Of(SqlQuery query, Container container) => new()
    {
        ["partitionedQueryExecutionInfoVersion"] = 2,
        ["queryInfo"] = Info(query),
        ["queryRanges"] = new JsonArray(Range(query, container)),
    };

    private static JsonObject Info(SqlQuery query) => new()
    {
        ["distinctType"] = "None",
        ["top"] = query.HasTop ? query.Limit : null,
        ["offset"] = query.HasOffset ? query.Offset : null,
        ["limit"] = query.HasOffset ? query.Limit : null,
        ["orderBy"] = query.OrderBy is { } order ? new JsonArray(order.Descending ? "Descending" : "Ascending") : new JsonArray(),
        ["orderByExpressions"] = query.OrderBy is { } by ? new JsonArray(by.Path.ToText(query.Alias)) : new JsonArray(),
        ["groupByExpressions"] = new JsonArray(),
        ["groupByAliases"] = new JsonArray(),
        ["aggregates"] = query.Counts ? new JsonArray("Count") : new JsonArray(),
        ["groupByAliasToAggregateType"] = new JsonObject(),
        ["rewrittenQuery"] = Rewrite(query),
        ["hasSelectValue"] = query.SelectsValue,
        ["hasNonStreamingOrderBy"] = false,
    };

    private static string Rewrite(SqlQuery query)
    {
        if (query.Counts) return RewriteCount(query);
        var top = query.HasTop ? string.Create(CultureInfo.InvariantCulture, $"TOP {query.Limit} ") : "";
        var end = query.HasOffset ? string.Create(CultureInfo.InvariantCulture, $" OFFSET 0 LIMIT {(long)query.Offset + query.Limit}") : "";
        if (query.OrderBy is not { } order) return query.HasOffset ? $"SELECT {query.Text.Select} {query.Text.From}{Where(query)}{end}" : "";

        var path = order.Path.ToText(query.Alias);
        var direction = order.Descending ? "DESC" : "ASC";
        var condition = query.Text.Where is null ? $"({FilterPlaceholder})" : $"(({query.Text.Where}) AND ({FilterPlaceholder}))";
        return $"SELECT {top}{query.Alias}._rid, [{{\"item\": {path}}}] AS orderByItems, {Payload(query)} AS payload "
            + $"{query.Text.From} WHERE {condition} ORDER BY {path} {direction}{end}";
    }

    private static string RewriteCount(SqlQuery query) => query is { SelectsValue: true, Select: CountExpression }
        ? $"SELECT VALUE [{{\"item\": COUNT(1)}}] {query.Text.From}{Where(query)}"
        : throw new QueryException("The emulator counts over several partitions only by SELECT VALUE COUNT(1).");

    private static string Where(SqlQuery query) => query.Text.Where is null ? "" : $" WHERE {query.Text.Where}";

    private static string Payload(SqlQuery query) => query.Select switch
    {
        PathExpression path => path.ToText(query.Alias),
        ObjectExpression list when list.Properties.All(static property => property.Value is PathExpression) =>
            "{" + string.Join(", ", list.Properties.Select(property => $"\"{property.Name}\": {((PathExpression)property.Value).ToText(query.Alias)}")) + "}",
        _ => throw new QueryException("The emulator orders only queries that select paths."),
    };

    /// <summary>The whole container; or one point of it if the condition says which partition key.</summary>
    private static JsonObject Range(SqlQuery query, Container container)
    {
        foreach (var conjunct in query.Conjuncts)
        {
            if (conjunct is not ComparisonExpression { Operator: "=", Left: PathExpression path, Right: LiteralExpression literal }
                || !path.Names.SequenceEqual(container.KeyPath.Names)
                || literal.Value.Kind != QueryValueKind.String)
            {
                continue;
            }

            var place = PartitionKeyValue.OfString(literal.Value.Text).Hash().ToString();
            return Range(place, place, isMaximumInclusive: true);
        }

        return Range("", "FF", isMaximumInclusive: false);
    }

    private static JsonObject Range(string minimum, string maximum, bool isMaximumInclusive) => new()
    {
        ["min"] = minimum,
        ["max"] = maximum,
        ["isMinInclusive"] = true,
        ["isMaxInclusive"] = isMaximumInclusive,
    };
}
