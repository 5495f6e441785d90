using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.IO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Layouts;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.RecordIO;
using Signals.CosmosEmulator.Store;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>One operation of a batch as it was sent.</summary>
internal sealed record BatchEntry
{
    public int OperationType { get; set; }
    public string? PartitionKey { get; set; }
    public string? Id { get; set; }
    public byte[]? Body { get; set; }
    public string? IfMatch { get; set; }
    public string? IfNoneMatch { get; set; }
    public bool Minimal { get; set; }
}

/// <summary>Reads batches and writes their results: streams of HybridRow records.</summary>
internal static class BatchCodec
{
    /// <summary>The operations; null if the body is not a batch.</summary>
    public static async ValueTask<List<BatchEntry>?> ReadAsync(ReadOnlyMemory<byte> body)
    {
        var entries = new List<BatchEntry>();
        using var stream = new MemoryStream(body.ToArray());
        var result = await stream.ReadRecordIOAsync((ReadOnlyMemory<byte> record) => Read(record, entries), resizer: new MemorySpanResizer<byte>(body.Length));
        return result == Result.Success ? entries : null;
    }

    public static async ValueTask<byte[]> WriteAsync(IReadOnlyList<ItemResult> results, IReadOnlyList<ItemOperation> operations)
    {
        var buffer = new MemorySpanResizer<byte>(1024);
        using var stream = new MemoryStream();
        var result = await stream.WriteRecordIOAsync(default, (long index, out ReadOnlyMemory<byte> row) =>
        {
            row = default;
            return index < results.Count ? Write(results[(int)index], operations[(int)index].Minimal, buffer, out row) : Result.Success;
        });
        return result == Result.Success ? stream.ToArray() : throw new InvalidOperationException($"A batch result could not be written: {result}.");
    }

    private static Result Read(ReadOnlyMemory<byte> record, List<BatchEntry> entries)
    {
        var row = new RowBuffer(record.Length);
        if (!row.ReadFrom(record.Span, HybridRowVersion.V1, BatchSchema.Resolver)) return Result.Failure;
        var reader = new RowReader(ref row);
        var entry = new BatchEntry();
        while (reader.Read())
        {
            var result = ReadField(ref reader, entry);
            if (result != Result.Success) return result;
        }

        entries.Add(entry);
        return Result.Success;
    }

    private static Result ReadField(ref RowReader reader, BatchEntry entry)
    {
        Result result;
        switch (reader.Path.ToString())
        {
            case "operationType":
                result = reader.ReadInt32(out var type);
                entry.OperationType = type;
                return result;
            case "partitionKey":
                result = reader.ReadString(out string key);
                entry.PartitionKey = key;
                return result;
            case "id":
                result = reader.ReadString(out string id);
                entry.Id = id;
                return result;
            case "resourceBody":
                result = reader.ReadBinary(out byte[] body);
                entry.Body = body;
                return result;
            case "ifMatch":
                result = reader.ReadString(out string ifMatch);
                entry.IfMatch = ifMatch;
                return result;
            case "ifNoneMatch":
                result = reader.ReadString(out string ifNoneMatch);
                entry.IfNoneMatch = ifNoneMatch;
                return result;
            case "minimalReturnPreference":
                result = reader.ReadBool(out var minimal);
                entry.Minimal = minimal;
                return result;
            default:
                return Result.Success;
        }
    }

    private static Result Write(ItemResult item, bool minimal, MemorySpanResizer<byte> buffer, out ReadOnlyMemory<byte> bytes)
    {
        var row = new RowBuffer(buffer.Memory.Length, buffer);
        row.InitLayout(HybridRowVersion.V1, BatchSchema.Result, BatchSchema.Resolver);
        var result = RowWriter.WriteBuffer(ref row, (item, minimal), WriteFields);
        bytes = buffer.Memory[..row.Length];
        return result;
    }

    private static Result WriteFields(ref RowWriter writer, TypeArgument type, (ItemResult Result, bool Minimal) context)
    {
        var (item, minimal) = context;
        var result = writer.WriteInt32("statusCode", item.Status);
        if (result == Result.Success && item.SubStatus != 0) result = writer.WriteInt32("subStatusCode", item.SubStatus);
        if (result == Result.Success && item.Item is not null) result = writer.WriteString("eTag", item.Item.ETag);
        if (result == Result.Success && item.Item is not null && item.Succeeded && !minimal) result = writer.WriteBinary("resourceBody", item.Item.Body);
        return result == Result.Success ? writer.WriteFloat64("requestCharge", item.Charge) : result;
    }
}
