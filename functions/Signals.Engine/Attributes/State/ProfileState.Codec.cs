using System.Buffers.Binary;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// The binary form of a profile. Version 1: marks, recent events, then per state the definition id (16 bytes), when it was last
/// touched (seconds), the length and the bytes; then, absent in the oldest documents, the pending messages and the send history. Later versions read all earlier ones.
/// </summary>
internal sealed partial class ProfileState
{
    private const byte CurrentVersion = 1;

    /// <summary>How long states of definitions that are no longer published are kept.</summary>
    private static readonly TimeSpan UnplannedLifetime = TimeSpan.FromDays(365);

    /// <summary>How long it is remembered what was sent: the longest period of a frequency cap.</summary>
    private static readonly TimeSpan SentMemory = TimeSpan.FromDays(365);

    /// <summary>A profile outlives its values by this much: it still knows which events it has seen.</summary>
    private static readonly TimeSpan MemoryOfEvents = TimeSpan.FromHours(2);

    /// <summary>Reads a profile. The bytes must stay unchanged while the profile is in use.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of a version newer than this program.</exception>
    public static ProfileState Decode(KeyPlan plan, ReadOnlyMemory<byte> bytes, string? etag)
    {
        var profile = new ProfileState(plan) { ETag = etag, StoredBytes = bytes };
        var reader = new StateReader(bytes.Span);
        var version = reader.Byte();
        if (version != CurrentVersion)
            throw new InvalidDataException($"Profile state has version {version}; this program reads up to version {CurrentVersion}.");
        profile._marks = PartitionMarks.Read(ref reader);
        profile._recent = RecentEvents.Read(ref reader);
        for (var count = reader.Count(); count > 0; count--)
        {
            var id = ReadId(ref reader);
            var touchedAt = reader.Signed();
            var length = reader.Count();
            var entry = new Entry(id) { TouchedAt = touchedAt, Bytes = bytes.Slice(bytes.Length - reader.Remaining, length) };
            reader.Take(length);
            if (plan.TryFind(id, out var definition))
                profile._entries[definition.Index] = entry;
            else
                profile._others.Add(entry);
        }
        if (!reader.AtEnd)
        {
            profile.Pending.ReadFrom(ref reader);
            profile.Sent.ReadFrom(ref reader);
        }
        return profile;
    }

    /// <summary>Writes the profile, leaving out what has expired, and says until when the store must keep it (null: for ever).</summary>
    public byte[] Encode(StateWriter writer, StateWriter scratch, EventTime now, out DateTimeOffset? expiresAt)
    {
        long? keepUntil = now.UnixMilliseconds / 1000 + (long)MemoryOfEvents.TotalSeconds;
        writer.Clear();
        writer.Byte(CurrentVersion);
        _marks.Write(writer);
        _recent.Write(writer);
        DropExpired(now);
        writer.Count(_entries.Count(entry => entry is not null) + _others.Count);
        foreach (var definition in plan.Definitions)
        {
            if (_entries[definition.Index] is not { } entry)
                continue;
            var touchedAt = WriteEntry(writer, scratch, entry, now);
            keepUntil = Later(keepUntil, touchedAt, definition.Lifetime);
        }
        foreach (var entry in _others)
            keepUntil = Later(keepUntil, WriteEntry(writer, scratch, entry, now), UnplannedLifetime);
        Pending.Write(writer);
        Sent.Write(writer);
        if (Sent.Latest is { } sent)
            keepUntil = Later(keepUntil, sent, SentMemory);
        expiresAt = keepUntil is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, MaxUnixSeconds)) : null;
        return writer.ToArray();
    }

    private const long MaxUnixSeconds = 253_402_300_799;

    private static long WriteEntry(StateWriter writer, StateWriter scratch, Entry entry, EventTime now)
    {
        var touchedAt = entry.State?.TouchedAt ?? entry.TouchedAt;
        WriteId(writer, entry.Id);
        writer.Signed(touchedAt);
        if (entry.State is null)
        {
            writer.Bytes(entry.Bytes.Span);
            return touchedAt;
        }
        scratch.Clear();
        entry.State.Write(scratch, now);
        writer.Bytes(scratch.Written);
        return touchedAt;
    }

    private void DropExpired(EventTime now)
    {
        foreach (var definition in plan.Definitions)
            if (_entries[definition.Index] is { } entry && definition.IsExpired(entry.State?.TouchedAt ?? entry.TouchedAt, now))
                _entries[definition.Index] = null;
        _others.RemoveAll(entry => entry.TouchedAt < now.UnixMilliseconds / 1000 - (long)UnplannedLifetime.TotalSeconds);
    }

    private static long? Later(long? keepUntil, long touchedAt, TimeSpan? lifetime)
    {
        if (keepUntil is not { } known || lifetime is not { } span)
            return null;
        return Math.Max(known, touchedAt + (long)span.TotalSeconds + 1);
    }

    private static void WriteId(StateWriter writer, DefinitionId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        writer.Raw(bytes);
    }

    private static DefinitionId ReadId(ref StateReader reader) => new(BinaryPrimitives.ReadUInt128BigEndian(reader.Take(16)));
}
