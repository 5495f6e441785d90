using System.Text.Json.Nodes;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>What a container may be, and what the service adds to it.</summary>
internal static class ContainerProperties
{
    /// <summary>Why the service, or this emulator, would refuse the properties; null if it would not.</summary>
    public static string? Check(JsonObject properties)
    {
        if (properties["id"]?.GetValue<string>() is not { Length: > 0 and <= 255 }) return "A container needs an id of at most 255 characters.";
        if (properties["partitionKey"]?["paths"] is not JsonArray { Count: > 0 } paths) return "A container needs a partition key.";
        if (paths.Count > 1) return "The emulator knows no hierarchical partition keys.";
        if (paths[0]?.GetValue<string>() is not { Length: > 1 } path || path[0] != '/') return "A partition key path begins with '/'.";
        return properties["defaultTtl"] is { } ttl && ttl.GetValue<int>() is 0 or < -1 ? "defaultTtl must be -1 or positive." : null;
    }

    /// <summary>Fills in the standard policies where the client said nothing.</summary>
    public static void Complete(JsonObject properties)
    {
        properties["indexingPolicy"] ??= new JsonObject
        {
            ["indexingMode"] = "consistent",
            ["automatic"] = true,
            ["includedPaths"] = new JsonArray(new JsonObject { ["path"] = "/*" }),
            ["excludedPaths"] = new JsonArray(new JsonObject { ["path"] = "/\"_etag\"/?" }),
        };
        properties["conflictResolutionPolicy"] ??= new JsonObject
        {
            ["mode"] = "LastWriterWins",
            ["conflictResolutionPath"] = "/_ts",
            ["conflictResolutionProcedure"] = "",
        };
        properties["geospatialConfig"] ??= new JsonObject { ["type"] = "Geography" };
    }
}
