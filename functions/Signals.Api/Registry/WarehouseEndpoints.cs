using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Look-ups in the warehouse for configuration screens (spec signals-api 4.9). This installation has no warehouse.</summary>
internal static class WarehouseEndpoints
{
    private const string Tag = "Warehouse";
    private const string Tables = "/api/v1/warehouse/tables";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Tables, RefuseAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "Tables of the warehouse.").Answers<WarehouseTablesResponse>().Refuses(400);
        app.MapGet(Tables + "/{table}/columns", RefuseAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "Columns of a table, and the types that fit them.").TakesQuery("column_type", "Only columns of this type.").Answers<WarehouseColumnsResponse>().Refuses(400);
        app.MapGet(Tables + "/{table}/timestamp-columns", RefuseAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "Timestamp columns of a table. Deprecated: use the columns.").Answers<TimestampColumnsResponse>().Refuses(400);
    }

    private static Task RefuseAsync(HttpContext context) =>
        ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, "no warehouse connection");
}

/// <summary>Tables of a warehouse.</summary>
internal sealed record WarehouseTablesResponse(IReadOnlyList<WarehouseTable> Tables);

/// <summary>A table.</summary>
internal sealed record WarehouseTable(string Name);

/// <summary>Columns of a table.</summary>
internal sealed record WarehouseColumnsResponse(IReadOnlyList<WarehouseColumn> Columns);

/// <summary>A column, its type in the warehouse, and the value types that fit it.</summary>
internal sealed record WarehouseColumn(string ColumnName, string? DataType, IReadOnlyList<AttributeType> AllowedTypes);

/// <summary>Names of the timestamp columns of a table.</summary>
internal sealed record TimestampColumnsResponse(IReadOnlyList<string> Timestamps);
