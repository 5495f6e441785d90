using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// The binary form of a profile. Version 1: marks, recent events, then per state the definition id (16 bytes), when it was last
/// touched, the length and the bytes; then the pending messages and the send history. Version 2, written by profiles that were
/// merged only, adds the survivor's identifier (empty for none), the identifiers taken over, and the marks of events that came through them. Later versions read all earlier ones.
/// </summary>
internal sealed partial class ProfileState
{
    private const byte PlainVersion = 1;

    private const byte MergedVersion = 2;

    /// <summary>How long states of definitions that are no longer published are kept.</summary>
    private static readonly TimeSpan UnplannedLifetime = TimeSpan.FromDays(365);

    /// <summary>How long it is remembered what was sent: the longest period of a frequency cap.</summary>
    private static readonly TimeSpan SentMemory = TimeSpan.FromDays(365);

    /// <summary>A profile outlives its values by this much: it still knows which events it has seen.</summary>
    private static readonly TimeSpan MemoryOfEvents = TimeSpan.FromHours(2);

    /// <summary>Added to what a value needs, so that the store never drops it while it can still be read.</summary>
    private static readonly TimeSpan StoreMargin = TimeSpan.FromSeconds(1);

    /// <summary>Reads a profile. The bytes must stay unchanged while the profile is in use.</summary>
    /// <exception cref="InvalidDataException">
    /// The bytes are damaged, or of a version newer than this program. States are read when they are first needed, and throw then.
    /// </exception>
    public static ProfileState Decode(KeyPlan plan, ReadOnlyMemory<byte> bytes, string? etag)
    {
        var profile = new ProfileState(plan) { ETag = etag, StoredBytes = bytes };
        var reader = new StateReader(bytes.Span);
        var version = reader.Byte();
        if (version is < PlainVersion or > MergedVersion)
            throw new InvalidDataException($"Profile state has version {version}; this program reads up to version {MergedVersion}.");
        profile._marks = PartitionMarks.Read(ref reader);
        profile._recent = RecentEvents.Read(ref reader);
        for (var count = reader.Count(); count > 0; count--)
        {
            var id = DefinitionId.Read(reader.Take(DefinitionId.Size));
            var touchedAt = reader.Time();
            var length = reader.Count();
            var entry = new Entry(id) { TouchedAt = touchedAt, Bytes = bytes.Slice(bytes.Length - reader.Remaining, length) };
            reader.Take(length);
            if (plan.TryFind(id, out var definition))
                profile._entries[definition.Index] = entry;
            else
                profile._others.Add(entry);
        }
        profile.Pending.ReadFrom(ref reader);
        profile.Sent.ReadFrom(ref reader);
        if (version == MergedVersion)
            profile.ReadMerging(ref reader);
        reader.ExpectEnd();
        return profile;
    }

    /// <summary>Writes the profile, leaving out what has expired, and says until when the store must keep it (null: for ever).</summary>
    public byte[] Encode(StateWriter writer, StateWriter scratch, EventTime now, out DateTimeOffset? expiresAt)
    {
        DropExpired(now);
        // Who asks for the merged one is sent to its survivor for good.
        EventTime? keepUntil = MergedInto is null ? Later(now, now, MemoryOfEvents) : null;
        writer.Clear();
        writer.Byte(HasMergingState ? MergedVersion : PlainVersion);
        _marks.Write(writer);
        _recent.Write(writer);
        writer.Count(_entries.Count(entry => entry is not null) + _others.Count);
        foreach (var definition in plan.Definitions)
        {
            if (_entries[definition.Index] is not { } entry)
                continue;
            WriteEntry(writer, scratch, entry, now);
            keepUntil = Later(keepUntil, entry.TouchedAt, definition.Lifetime);
        }
        foreach (var entry in _others)
        {
            WriteEntry(writer, scratch, entry, now);
            keepUntil = Later(keepUntil, entry.TouchedAt, UnplannedLifetime);
        }
        Pending.Write(writer);
        Sent.Write(writer);
        if (HasMergingState)
            WriteMerging(writer);
        if (Sent.Latest is { } sent)
            keepUntil = Later(keepUntil, EventTime.FromUnixMilliseconds(sent * 1000), SentMemory);
        expiresAt = keepUntil?.ToDateTimeOffset();
        return writer.ToArray();
    }

    private static void WriteEntry(StateWriter writer, StateWriter scratch, Entry entry, EventTime now)
    {
        writer.Id(entry.Id);
        writer.Time(entry.TouchedAt);
        if (entry.State is null)
        {
            writer.Bytes(entry.Bytes.Span);
            return;
        }
        scratch.Clear();
        entry.State.Write(scratch, now);
        writer.Bytes(scratch.Written);
    }

    private void DropExpired(EventTime now)
    {
        foreach (var definition in plan.Definitions)
            if (_entries[definition.Index] is { } entry && definition.IsExpired(entry.TouchedAt, now))
                _entries[definition.Index] = null;
        _others.RemoveAll(entry => entry.TouchedAt.UnixMicroseconds < now.UnixMicroseconds - Microseconds(UnplannedLifetime));
    }

    private static EventTime? Later(EventTime? keepUntil, EventTime touchedAt, TimeSpan? lifetime)
    {
        if (keepUntil is not { } known || lifetime is not { } span)
            return null;
        var needed = touchedAt.UnixMicroseconds + Microseconds(span) + Microseconds(StoreMargin);
        return new EventTime(Math.Min(Math.Max(known.UnixMicroseconds, needed), EventTime.From(DateTimeOffset.MaxValue).UnixMicroseconds));
    }

    private static long Microseconds(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;
}
