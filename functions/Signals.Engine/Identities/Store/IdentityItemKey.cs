using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Signals.Engine.Identities;

/// <summary>What an item of the identity store is. The numbers are stored; never renumber.</summary>
public enum IdentityItemKind : byte
{
    /// <summary>An identifier and its links.</summary>
    Identifier = 1,

    /// <summary>A Snowplow ID.</summary>
    Profile = 2,

    /// <summary>A Snowplow ID that is gone and must not come back.</summary>
    Tombstone = 3,
}

/// <summary>Names one item of the identity store.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="High">The first half of the Snowplow ID, or of the hash of the identifier.</param>
/// <param name="Low">The second half.</param>
public readonly record struct IdentityItemKey(IdentityItemKind Kind, ulong High, ulong Low)
{
    private const byte Separator = 0x1F;
    private const int StackLimit = 512;

    /// <summary>
    /// The item of an identifier: the first 128 bits of SHA-256 over the type, the byte 0x1F and the value. The hash has to
    /// withstand people who choose their values, since two values with one hash would be one person.
    /// </summary>
    public static IdentityItemKey Of(string type, string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(type.Length + value.Length) + 1;
        var rented = most <= StackLimit ? null : ArrayPool<byte>.Shared.Rent(most);
        var utf8 = rented ?? stackalloc byte[StackLimit];
        var length = Encoding.UTF8.GetBytes(type, utf8);
        utf8[length++] = Separator;
        length += Encoding.UTF8.GetBytes(value, utf8[length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..length], hash);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return new IdentityItemKey(
            IdentityItemKind.Identifier, BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
    }

    /// <summary>The item of an identifier.</summary>
    public static IdentityItemKey Of(in Identifier identifier) => Of(identifier.Type, identifier.Value);

    /// <summary>The item of a Snowplow ID.</summary>
    public static IdentityItemKey Profile(SnowplowId id) => new(IdentityItemKind.Profile, id.High, id.Low);

    /// <summary>The tombstone of a Snowplow ID.</summary>
    public static IdentityItemKey Tombstone(SnowplowId id) => new(IdentityItemKind.Tombstone, id.High, id.Low);

    /// <summary>Both halves are as good as random, so one of them is hash enough.</summary>
    public override int GetHashCode() => (int)(Low ^ Low >> 32) + (int)Kind;

    /// <summary>32 hexadecimal digits: what may appear in a log in place of an identifier.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
