using System.Buffers.Binary;

namespace Signals.CosmosEmulator.Store;

/// <summary>
/// Resource ids in the form that clients take apart: 4 bytes of the database, 4 of the container (highest bit set, which
/// tells it from a user), 8 of the item; base 64 with '-' for '/'.
/// </summary>
internal static class ResourceId
{
    private const uint ContainerFlag = 0x80000000;

    public static string OfDatabase(uint database)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, database);
        return Encode(bytes);
    }

    public static string OfContainer(ContainerNumber container)
    {
        Span<byte> bytes = stackalloc byte[8];
        Write(container, bytes);
        return Encode(bytes);
    }

    public static string OfItem(ContainerNumber container, ulong item)
    {
        Span<byte> bytes = stackalloc byte[16];
        Write(container, bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], item);
        return Encode(bytes);
    }

    /// <summary>The id of a partition key range: like an item's, with the kind of resource in the highest four bits.</summary>
    public static string OfRange(ContainerNumber container, int range)
    {
        Span<byte> bytes = stackalloc byte[16];
        Write(container, bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (uint)range + 2);
        bytes[15] = 0x50;
        return Encode(bytes);
    }

    /// <summary>The number of the item with this id.</summary>
    public static ulong ItemNumber(string item) => BinaryPrimitives.ReadUInt64LittleEndian(Convert.FromBase64String(item.Replace('-', '/')).AsSpan(8));

    private static void Write(ContainerNumber container, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, container.Database);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], container.Container | ContainerFlag);
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).Replace('/', '-');
}

/// <summary>A container by number, within a database by number.</summary>
internal readonly record struct ContainerNumber(uint Database, uint Container);
