using System.Globalization;
using System.Text.Json;
using Signals.CosmosEmulator.Query;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>Queries, their plans, and the list of everything, which is a query without conditions.</summary>
internal sealed class QueryResource(Container container)
{
    private const int LargestPage = 1000;
    private const int StandardPage = 100;
    private static readonly SqlQuery Everything = SqlParser.Parse("SELECT * FROM c", new Dictionary<string, JsonElement>());

    public PreparedCall Prepare(GatewayRequest request)
    {
        try
        {
            var (query, resume) = request.Method == "GET" ? (Everything, null) : ReadBody(request.Body);
            if (request.Flag("x-ms-cosmos-is-query-plan-request"))
                return PreparePlan(query);
            return Prepare(request, query, resume);
        }
        catch (QueryException invalid)
        {
            return PreparedCall.Refuse(GatewayResponse.Error(400, invalid.Message));
        }
    }

    /// <summary>How many items the caller takes per page; null if what it says is no number.</summary>
    public static int? PageSize(GatewayRequest request)
    {
        if (request.Header("x-ms-max-item-count") is not { } header) return StandardPage;
        if (!int.TryParse(header, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) || size is 0 or < -1) return null;
        return size == -1 ? LargestPage : Math.Min(size, LargestPage);
    }

    private PreparedCall PreparePlan(SqlQuery query)
    {
        var plan = GatewayResponse.Json(200, QueryPlan.Of(query, container), charge: 0);
        return new PreparedCall(new CosmosCall(CosmosOperation.QueryPlan, container.Database.Id, container.Id, []), () => ValueTask.FromResult(plan));
    }

    private PreparedCall Prepare(GatewayRequest request, SqlQuery query, ResumeFilter? resume)
    {
        if (FeedScopes.Read(request, container, out var refusal) is not { } scope) return PreparedCall.Refuse(refusal);
        if (PageSize(request) is not { } pageSize) return Refuse("The page size is not valid.");
        if (QueryContinuation.Parse(request.Header("x-ms-continuation")) is not { } start) return Refuse("The continuation token is not valid.");
        var run = new QueryRun(query, scope, start, resume, pageSize);
        var factor = Consistencies.ReadFactor(request, container.Account.Options);
        return new PreparedCall(new CosmosCall(CosmosOperation.Query, container.Database.Id, container.Id, []), () => ValueTask.FromResult(Run(run, scope, factor)))
        {
            Container = container,
            Range = scope.Range,
        };
    }

    private GatewayResponse Run(QueryRun run, FeedScope scope, int factor)
    {
        try
        {
            lock (scope.Range.Gate) return Answer(run.ReadPage(), scope, factor);
        }
        catch (QueryException invalid)
        {
            return GatewayResponse.Error(400, invalid.Message);
        }
    }

    private GatewayResponse Answer(QueryPage page, FeedScope scope, int factor)
    {
        var response = new GatewayResponse(200, page.Body) { Charge = page.Charge * factor }
            .With("x-ms-item-count", page.Count.ToString(CultureInfo.InvariantCulture))
            .With("x-ms-cosmos-query-requiresdistribution", "False");
        if (page.Next is not null) response.With("x-ms-continuation", page.Next.ToString());
        return ItemReplies.WithPlace(response, container, scope.Range);
    }

    private (SqlQuery Query, ResumeFilter? Resume) ReadBody(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var text = json.RootElement.GetProperty("query").GetString() ?? throw new QueryException("The request has no query.");
            var parameters = new Dictionary<string, JsonElement>();
            if (json.RootElement.TryGetProperty("parameters", out var list) && list.ValueKind == JsonValueKind.Array)
            {
                foreach (var parameter in list.EnumerateArray())
                    parameters[parameter.GetProperty("name").GetString()!] = parameter.GetProperty("value").Clone();
            }

            return (SqlParser.Parse(text, parameters), ReadResume(json.RootElement));
        }
        catch (Exception invalid) when (invalid is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new QueryException("The request is not a query: " + invalid.Message);
        }
    }

    private static ResumeFilter? ReadResume(JsonElement body)
    {
        if (!body.TryGetProperty("resumeFilter", out var filter)) return null;
        var value = QueryValue.Of(filter.GetProperty("value")[0].Clone());
        ulong? slot = filter.TryGetProperty("rid", out var rid) && rid.GetString() is { } text ? ResourceId.ItemNumber(text) : null;
        return new ResumeFilter(value, slot, filter.GetProperty("exclude").GetBoolean());
    }

    private static PreparedCall Refuse(string message) => PreparedCall.Refuse(GatewayResponse.Error(400, message));
}
