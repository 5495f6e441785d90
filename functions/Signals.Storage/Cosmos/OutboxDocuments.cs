using System.Globalization;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The documents of the log of interventions, all in one logical partition. Its end, a counter, is replaced in every transaction that
/// adds entries. An entry is found by its id (once per intervention and target) and by three members that are indexed: its sequence
/// number, and its target and its name, each joined with the sequence number so that one range of an index answers "whose" and "after
/// which" in order. A forgotten entry keeps its id and nothing else of what it was.
/// </summary>
internal static class OutboxDocuments
{
    public const string Partition = "log";
    public const string EndId = "end";

    /// <summary>All entries, the newest first.</summary>
    public static readonly QueryDefinition NewestFirst = new("SELECT * FROM c WHERE c.sequence > 0 ORDER BY c.sequence DESC");

    private const string HeldOut = "held_out";
    private const int IdDigits = 32;

    public static string IdOf(InterventionMessage message) => $"{message.InterventionId:N}-{TargetHash.Of(message.Target)}";

    /// <summary>Where a sequence number stands among the entries of one target or name.</summary>
    public static string Place(string of, long sequence) => string.Create(CultureInfo.InvariantCulture, $"{of}:{sequence:x16}");

    /// <summary>A place that all entries of one target or name stand before.</summary>
    public static string PlaceAfterAll(string of) => of + ";";

    public static ReadOnlyMemory<byte> WriteEnd(long end) => CosmosItem.Write(EndId, Partition, end, static (json, end) => json.WriteNumber("value", end));

    public static long ReadEnd(in CosmosItem item) => TryReadEnd(item.Parse(), out var end) ? end : throw new InvalidDataException("The end of the outbox has no value.");

    /// <summary>Whether a document is the end, and where that is.</summary>
    public static bool TryReadEnd(JsonElement document, out long end)
    {
        var isEnd = document.TryGetProperty("value", out var value);
        end = isEnd ? value.GetInt64() : 0;
        return isEnd;
    }

    public static ReadOnlyMemory<byte> WriteForgotten(string id, long sequence, int timeToLive) => CosmosItem.Write(id, Partition, (sequence, timeToLive), static (json, content) =>
    {
        json.WriteNumber("ttl", content.timeToLive);
        json.WriteNumber("forgotten", content.sequence);
    });

    /// <summary>An entry.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="mark">Names the call that adds it, which recognises by it what it has added itself although the answer was lost.</param>
    /// <param name="message">The message.</param>
    /// <param name="timeToLive">Seconds.</param>
    public static ReadOnlyMemory<byte> WriteEntry(string id, long sequence, string mark, InterventionMessage message, int timeToLive) =>
        CosmosItem.Write(id, Partition, (id, sequence, mark, message, timeToLive), static (json, entry) =>
        {
            var message = entry.message;
            json.WriteNumber("ttl", entry.timeToLive);
            json.WriteNumber("sequence", entry.sequence);
            json.WriteString("by_target", Place(entry.id[(IdDigits + 1)..], entry.sequence));
            json.WriteString("by_name", Place(message.Name, entry.sequence));
            json.WriteString("mark", entry.mark);
            json.WriteString("name", message.Name);
            json.WriteNumber("version", message.Version);
            json.WriteString("key", message.Target.AttributeKey);
            json.WriteString("identifier", message.Target.Identifier);
            json.WriteNumber("decided_at", message.DecidedAt.ToUnixTimeMilliseconds());
            if (message.ExpiresAt is { } expiresAt)
                json.WriteNumber("expires_at", expiresAt.ToUnixTimeMilliseconds());
            if (message.Decision == InterventionDecision.HeldOut)
                json.WriteString("decision", HeldOut);
            if (message.WantsReceipt)
                json.WriteBoolean("wants_receipt", true);
            json.WriteStartObject("attributes");
            foreach (var (name, value) in message.Attributes)
                json.WriteString(name, value);
            json.WriteEndObject();
        });

    /// <summary>Whether a document is an entry; the end and what is forgotten are none.</summary>
    private static bool TryReadEntry(JsonElement document, out OutboxEntry entry)
    {
        var isEntry = document.TryGetProperty("sequence", out var sequence);
        entry = isEntry ? new OutboxEntry(sequence.GetInt64(), ReadMessage(document)) : null!;
        return isEntry;
    }

    /// <summary>When Cosmos DB wrote a document, by its clock and to the second, UTC.</summary>
    public static DateTime WrittenAt(JsonElement document) => DateTime.UnixEpoch.AddSeconds(document.GetProperty("_ts").GetInt64());

    /// <summary>The entries among documents.</summary>
    public static IEnumerable<OutboxEntry> EntriesIn(IEnumerable<JsonElement> documents)
    {
        foreach (var document in documents)
        {
            if (TryReadEntry(document, out var entry))
                yield return entry;
        }
    }

    /// <summary>Whether a document stands for an entry that is forgotten, and which.</summary>
    public static bool TryReadForgotten(JsonElement document, out long sequence)
    {
        var isForgotten = document.TryGetProperty("forgotten", out var number);
        sequence = isForgotten ? number.GetInt64() : 0;
        return isForgotten;
    }

    private static InterventionMessage ReadMessage(JsonElement document) => new()
    {
        InterventionId = Guid.ParseExact(Text(document, "id").AsSpan(0, IdDigits), "N"),
        Name = Text(document, "name"),
        Version = document.GetProperty("version").GetInt32(),
        Target = new InterventionTarget(Text(document, "key"), Text(document, "identifier")),
        Attributes = document.GetProperty("attributes").EnumerateObject().ToDictionary(
            static attribute => attribute.Name, static attribute => attribute.Value.GetString()!, StringComparer.Ordinal),
        Decision = document.TryGetProperty("decision", out var decision) && decision.ValueEquals(HeldOut) ? InterventionDecision.HeldOut : InterventionDecision.Deliver,
        WantsReceipt = document.TryGetProperty("wants_receipt", out _),
        DecidedAt = DateTimeOffset.FromUnixTimeMilliseconds(document.GetProperty("decided_at").GetInt64()),
        ExpiresAt = document.TryGetProperty("expires_at", out var expiresAt) ? DateTimeOffset.FromUnixTimeMilliseconds(expiresAt.GetInt64()) : null,
    };

    private static string Text(JsonElement document, string member) => document.GetProperty(member).GetString()!;
}
