using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>The account itself, and its databases.</summary>
internal sealed class AccountResource(Account account)
{
    private const string QueryEngine = """
        {"maxSqlQueryInputLength":262144,"maxJoinsPerSqlQuery":5,"maxLogicalAndPerSqlQuery":500,"maxLogicalOrPerSqlQuery":500,
        "maxUdfRefPerSqlQuery":10,"maxInExpressionItemsCount":16000,"queryMaxInMemorySortDocumentCount":500,
        "maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,
        "sqlAllowScalarSubQuery":true,"allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":true,"maxSpatialQueryCells":12,
        "spatialMaxGeometryPointCount":256,"sqlDisableOptimizationFlags":0,"sqlAllowTop":true,"enableSpatialIndexing":true}
        """;

    public GatewayResponse Read(GatewayRequest request)
    {
        var here = request.Authority.ToString();
        JsonArray Location() => [new JsonObject { ["name"] = "Emulator", ["databaseAccountEndpoint"] = here }];
        return GatewayResponse.Json(200, new JsonObject
        {
            ["id"] = "emulator",
            ["_self"] = "",
            ["_rid"] = "emulator",
            ["media"] = "//media/",
            ["addresses"] = "//addresses/",
            ["_dbs"] = "//dbs/",
            ["writableLocations"] = Location(),
            ["readableLocations"] = Location(),
            ["enableMultipleWriteLocations"] = false,
            ["userReplicationPolicy"] = new JsonObject { ["asyncReplication"] = false, ["minReplicaSetSize"] = 1, ["maxReplicasetSize"] = 4 },
            ["userConsistencyPolicy"] = new JsonObject { ["defaultConsistencyLevel"] = account.Options.Consistency },
            ["systemReplicationPolicy"] = new JsonObject { ["minReplicaSetSize"] = 1, ["maxReplicasetSize"] = 4 },
            ["readPolicy"] = new JsonObject { ["primaryReadCoefficient"] = 1, ["secondaryReadCoefficient"] = 1 },
            ["queryEngineConfiguration"] = QueryEngine,
        });
    }

    /// <summary>Lists databases or makes one.</summary>
    public GatewayResponse Handle(GatewayRequest request) => request.Method switch
    {
        "GET" => Router.Feed("", "Databases", account.Databases.Select(static database => database.ToJson())),
        "POST" => Create(request),
        _ => GatewayResponse.Error(405, "Databases are listed and created here."),
    };

    private GatewayResponse Create(GatewayRequest request)
    {
        if (Router.ReadObject(request)?["id"]?.GetValue<string>() is not { Length: > 0 } id) return GatewayResponse.Error(400, "A database needs an id.");
        return account.Create(id) is { } database
            ? GatewayResponse.Json(201, database.ToJson()).With("etag", database.ETag)
            : GatewayResponse.Error(409, "Resource with specified id or name already exists.");
    }
}
