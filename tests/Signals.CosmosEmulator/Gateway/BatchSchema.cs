using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Layouts;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Schemas;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>The two rows of the batch protocol: an operation as clients send it, and a result as they read it.</summary>
internal static class BatchSchema
{
    private static readonly SchemaId OperationId = new(2145473648);
    private static readonly SchemaId ResultId = new(2145473649);

    static BatchSchema()
    {
        var operation = new Schema { Name = "BatchOperation", SchemaId = OperationId, Type = TypeKind.Schema };
        Add(operation, "operationType", TypeKind.Int32, StorageKind.Fixed);
        Add(operation, "resourceType", TypeKind.Int32, StorageKind.Fixed);
        Add(operation, "partitionKey", TypeKind.Utf8, StorageKind.Variable);
        Add(operation, "effectivePartitionKey", TypeKind.Binary, StorageKind.Variable);
        Add(operation, "id", TypeKind.Utf8, StorageKind.Variable);
        Add(operation, "binaryId", TypeKind.Binary, StorageKind.Variable);
        Add(operation, "resourceBody", TypeKind.Binary, StorageKind.Variable);
        Add(operation, "indexingDirective", TypeKind.Utf8, StorageKind.Sparse);
        Add(operation, "ifMatch", TypeKind.Utf8, StorageKind.Sparse);
        Add(operation, "ifNoneMatch", TypeKind.Utf8, StorageKind.Sparse);
        Add(operation, "timeToLiveInSeconds", TypeKind.Int32, StorageKind.Sparse);
        Add(operation, "minimalReturnPreference", TypeKind.Boolean, StorageKind.Sparse);

        var result = new Schema { Name = "BatchResult", SchemaId = ResultId, Type = TypeKind.Schema };
        Add(result, "statusCode", TypeKind.Int32, StorageKind.Fixed);
        Add(result, "subStatusCode", TypeKind.Int32, StorageKind.Fixed);
        Add(result, "eTag", TypeKind.Utf8, StorageKind.Variable);
        Add(result, "resourceBody", TypeKind.Binary, StorageKind.Variable);
        Add(result, "retryAfterMilliseconds", TypeKind.UInt32, StorageKind.Sparse);
        Add(result, "requestCharge", TypeKind.Float64, StorageKind.Sparse);

        Resolver = new LayoutResolverNamespace(new Namespace { Name = "Microsoft.Azure.Cosmos.BatchApi", Schemas = [operation, result] });
        Result = Resolver.Resolve(ResultId);
    }

    public static LayoutResolverNamespace Resolver { get; }
    public static Layout Result { get; }

    private static void Add(Schema schema, string path, TypeKind type, StorageKind storage) =>
        schema.Properties.Add(new Property { Path = path, PropertyType = new PrimitivePropertyType { Type = type, Storage = storage } });
}
