using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Derives ids from what they stand for (spec identities, 5.3), so that whoever makes an id twice makes the same.</summary>
public sealed class SnowplowIdDerivation
{
    private const int StackLimit = 512;
    private const byte NameBasedVersion = 0x50;
    private const byte CustomVersion = 0x80;

    private readonly IdStrategy _strategy;
    private readonly byte[]? _secret;

    /// <summary>Makes the derivation of a configuration.</summary>
    public SnowplowIdDerivation(IdentityConfiguration configuration)
    {
        _strategy = configuration.IdStrategy;
        _secret = configuration.IdSecret is { } secret ? Encoding.UTF8.GetBytes(secret) : null;
    }

    /// <summary>The URL namespace of RFC 4122 in network byte order.</summary>
    private static ReadOnlySpan<byte> UrlNamespace =>
        [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

    /// <summary>The id of a new person, by the strategy that is configured.</summary>
    /// <param name="leading">The leading identifier.</param>
    /// <param name="eventId">The event that makes the person known.</param>
    /// <param name="time">Its time.</param>
    /// <param name="generation">How many ids of the same origin are taken.</param>
    public SnowplowId NewPerson(in Identifier leading, string eventId, EventTime time, int generation) => _strategy switch
    {
        IdStrategy.Identifier => OfIdentifier(leading, generation),
        IdStrategy.Event => Derive(Generation(generation) + "event|" + eventId),
        _ => Random(time),
    };

    /// <summary>The id that belongs to an identifier; generation 0 is its fallback id.</summary>
    public SnowplowId OfIdentifier(in Identifier leading, int generation) => Derive($"{Generation(generation)}{leading.Type}:{leading.Value}");

    /// <summary>The id for events of which nobody can say whose they are.</summary>
    public SnowplowId Anonymous(in Identifier identifier, int generation) =>
        Derive($"{Generation(generation)}anonymous|{identifier.Type}:{identifier.Value}");

    /// <summary>The id of the merge event that says which ids a person has absorbed.</summary>
    /// <param name="root">The survivor.</param>
    /// <param name="merges">All ids that it absorbed, in ascending order.</param>
    public static string MergeEventId(SnowplowId root, IEnumerable<SnowplowId> merges)
    {
        Span<byte> uuid = stackalloc byte[16];
        NameBased(Encoding.UTF8.GetBytes($"merge_event|{root}|{string.Join(',', merges)}"), uuid);
        return new Guid(uuid, bigEndian: true).ToString();
    }

    private static string Generation(int generation) =>
        generation == 0 ? "" : $"generation|{generation.ToString(CultureInfo.InvariantCulture)}|";

    private static SnowplowId Random(EventTime time)
    {
        Span<byte> uuid = stackalloc byte[16];
        Guid.CreateVersion7(time.ToDateTimeOffset()).TryWriteBytes(uuid, bigEndian: true, out _);
        return SnowplowId.FromBytes(uuid);
    }

    private SnowplowId Derive(string name)
    {
        var length = Encoding.UTF8.GetMaxByteCount(name.Length);
        var utf8 = length <= StackLimit ? stackalloc byte[StackLimit] : new byte[length];
        utf8 = utf8[..Encoding.UTF8.GetBytes(name, utf8)];
        Span<byte> uuid = stackalloc byte[16];
        if (_secret is null)
            NameBased(utf8, uuid);
        else
            Keyed(_secret, utf8, uuid);
        return SnowplowId.FromBytes(uuid);
    }

    private static void NameBased(ReadOnlySpan<byte> name, Span<byte> uuid)
    {
        var input = name.Length <= StackLimit ? stackalloc byte[StackLimit + 16] : new byte[name.Length + 16];
        UrlNamespace.CopyTo(input);
        name.CopyTo(input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input[..(name.Length + 16)], hash);
        Finish(hash, NameBasedVersion, uuid);
    }

    private static void Keyed(byte[] secret, ReadOnlySpan<byte> name, Span<byte> uuid)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, name, hash);
        Finish(hash, CustomVersion, uuid);
    }

    private static void Finish(ReadOnlySpan<byte> hash, byte version, Span<byte> uuid)
    {
        hash[..16].CopyTo(uuid);
        uuid[6] = (byte)(uuid[6] & 0x0F | version);
        uuid[8] = (byte)(uuid[8] & 0x3F | 0x80);
    }
}
