using System.Buffers;
using System.Collections.Immutable;

namespace Signals.Engine.Identities;

/// <summary>
/// The stored form of items: a version byte, the kind, then the fields in a compact binary form. The key is not part of it. A
/// later version of the form reads all earlier ones.
/// </summary>
public static class IdentityItemCodec
{
    private const byte Version = 1;
    private const byte HasMerge = 1;
    private const byte IsRecorded = 2;
    private const byte HasIntent = 4;
    private const byte Released = 8;
    private const byte HasAnonymousId = 1;
    private const byte HasGuard = 2;

    /// <summary>Writes the stored form of an item.</summary>
    public static void Write(IdentityItem item, IBufferWriter<byte> output)
    {
        var writer = new ItemWriter(output);
        writer.Byte(Version);
        writer.Byte((byte)item.Key.Kind);
        switch (item)
        {
            case IdentifierItem identifier:
                WriteIdentifier(identifier, writer);
                break;
            case ProfileItem profile:
                WriteProfile(profile, writer);
                break;
            case IdentityTombstone tombstone:
                writer.Byte((byte)tombstone.Reason);
                writer.Count(tombstone.Day);
                break;
        }
    }

    /// <summary>The stored form of an item.</summary>
    public static byte[] ToBytes(IdentityItem item)
    {
        var output = new ArrayBufferWriter<byte>(128);
        Write(item, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads the stored form of an item.</summary>
    /// <param name="key">The key that it is stored under.</param>
    /// <param name="bytes">What <see cref="Write"/> wrote.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, of another kind, or of a version that is not known here.</exception>
    public static IdentityItem Read(IdentityItemKey key, ReadOnlySpan<byte> bytes)
    {
        var reader = new ItemReader(bytes);
        var version = reader.Byte();
        if (version != Version)
            throw ItemReader.Damaged($"version {version}, where {Version} is the newest that is known");
        if (reader.Byte() != (byte)key.Kind)
            throw ItemReader.Damaged($"it is no {key.Kind}");
        var item = Read(key, ref reader);
        reader.ExpectEnd();
        return item;
    }

    private static IdentityItem Read(IdentityItemKey key, ref ItemReader reader) => key.Kind switch
    {
        IdentityItemKind.Identifier => ReadIdentifier(key, ref reader),
        IdentityItemKind.Profile => ReadProfile(new SnowplowId(key.High, key.Low), ref reader),
        IdentityItemKind.Tombstone => new IdentityTombstone(new SnowplowId(key.High, key.Low), (TombstoneReason)reader.Byte(), reader.Number()),
        _ => throw ItemReader.Damaged($"kind {key.Kind}"),
    };

    private static void WriteIdentifier(IdentifierItem item, ItemWriter writer)
    {
        writer.Text(item.Type);
        writer.Text(item.Value);
        writer.Count(item.Links.Length);
        foreach (var link in item.Links)
        {
            writer.Id(link.Profile);
            writer.Time(link.At);
            writer.Byte(link.IsAlias ? (byte)1 : (byte)0);
        }
        writer.Count(item.LastSeenDay);
        writer.Byte((byte)((item.AnonymousId.IsNone ? 0 : HasAnonymousId) | (item.Guard is null ? 0 : HasGuard)));
        if (!item.AnonymousId.IsNone)
            writer.Id(item.AnonymousId);
        if (item.Guard is { } guard)
        {
            writer.Count(guard.Hour);
            writer.Count(guard.Merges);
            writer.Time(guard.QuarantinedUntil);
        }
    }

    private static IdentifierItem ReadIdentifier(IdentityItemKey key, ref ItemReader reader)
    {
        var item = new IdentifierItem(key, string.Intern(reader.Text()), reader.Text());
        var links = ImmutableArray.CreateBuilder<IdentityLink>(reader.Count());
        for (var left = links.Capacity; left > 0; left--)
            links.Add(new IdentityLink(reader.Id(), reader.Time(), reader.Byte() != 0));
        var lastSeenDay = reader.Number();
        var flags = reader.Byte();
        return item with
        {
            Links = links.MoveToImmutable(),
            LastSeenDay = lastSeenDay,
            AnonymousId = (flags & HasAnonymousId) == 0 ? default : reader.Id(),
            Guard = (flags & HasGuard) == 0 ? null : new MergeGuard(reader.Number(), reader.Number(), reader.Time()),
        };
    }

    private static void WriteProfile(ProfileItem item, ItemWriter writer)
    {
        writer.Byte((byte)item.Kind);
        writer.Time(item.CreatedAt);
        writer.EventId(item.CreatedBy);
        writer.Count(item.CreatedOnDay);
        writer.Count(item.LinkedIdentifiers);
        writer.Byte((byte)((item.Merge is null ? 0 : HasMerge)
            | (item.Merge is { IsRecorded: true } ? IsRecorded : 0)
            | (item.Intent is null ? 0 : HasIntent)
            | (item.IsReleased ? Released : 0)));
        if (item.Merge is { } merge)
            WriteMerge(merge.Into, merge.At, merge.EventId, merge.AppId, writer);
        if (item.Intent is { } intent)
            WriteMerge(intent.Into, intent.At, intent.EventId, intent.AppId, writer);
        writer.Count(item.Owners.Length);
        foreach (var owner in item.Owners)
            writer.Pair(owner.High, owner.Low);
        writer.Count(item.Children.Length);
        foreach (var child in item.Children)
        {
            writer.Id(child.Id);
            writer.Time(child.CreatedAt);
            writer.Time(child.MergedAt);
            writer.EventId(child.EventId);
            writer.Count(child.Number);
        }
        writer.Count(item.MergeEvents);
        writer.Count(item.Pending.Length);
        foreach (var pending in item.Pending)
        {
            writer.Count(pending.Number);
            writer.EventId(pending.EventId);
            writer.Text(pending.AppId);
            writer.Time(pending.RecordedAt);
        }
    }

    private static void WriteMerge(SnowplowId into, Events.EventTime at, string eventId, string appId, ItemWriter writer)
    {
        writer.Id(into);
        writer.Time(at);
        writer.EventId(eventId);
        writer.Text(appId);
    }

    private static ProfileItem ReadProfile(SnowplowId id, ref ItemReader reader)
    {
        var item = new ProfileItem
        {
            Id = id,
            Kind = (ProfileKind)reader.Byte(),
            CreatedAt = reader.Time(),
            CreatedBy = reader.EventId(),
            CreatedOnDay = reader.Number(),
            LinkedIdentifiers = reader.Number(),
        };
        var flags = reader.Byte();
        return item with
        {
            IsReleased = (flags & Released) != 0,
            Merge = (flags & HasMerge) == 0
                ? null
                : new MergeRecord(reader.Id(), reader.Time(), reader.EventId(), reader.Text(), (flags & IsRecorded) != 0),
            Intent = (flags & HasIntent) == 0 ? null : new MergeIntent(reader.Id(), reader.Time(), reader.EventId(), reader.Text()),
            Owners = ReadOwners(ref reader),
            Children = ReadChildren(ref reader),
            MergeEvents = reader.Number(),
            Pending = ReadPending(ref reader),
        };
    }

    private static ImmutableArray<IdentityItemKey> ReadOwners(ref ItemReader reader)
    {
        var owners = ImmutableArray.CreateBuilder<IdentityItemKey>(reader.Count());
        for (var left = owners.Capacity; left > 0; left--)
            owners.Add(reader.Key(IdentityItemKind.Identifier));
        return owners.MoveToImmutable();
    }

    private static ImmutableArray<AbsorbedProfile> ReadChildren(ref ItemReader reader)
    {
        var children = ImmutableArray.CreateBuilder<AbsorbedProfile>(reader.Count());
        for (var left = children.Capacity; left > 0; left--)
            children.Add(new AbsorbedProfile(reader.Id(), reader.Time(), reader.Time(), reader.EventId(), reader.Number()));
        return children.MoveToImmutable();
    }

    private static ImmutableArray<PendingMerge> ReadPending(ref ItemReader reader)
    {
        var pending = ImmutableArray.CreateBuilder<PendingMerge>(reader.Count());
        for (var left = pending.Capacity; left > 0; left--)
            pending.Add(new PendingMerge(reader.Number(), reader.EventId(), reader.Text(), reader.Time()));
        return pending.MoveToImmutable();
    }
}
