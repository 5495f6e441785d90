using System.Text.Json;
using Signals.Engine.Attributes;

namespace Signals.Storage.Cosmos;

/// <summary>A profile as a document. Names are short because every byte of a document is paid for with every write.</summary>
/// <param name="State"><c>s</c>: the state, in base64.</param>
/// <param name="Mark"><c>w</c>: names the write that made the document, so that a writer recognises its own.</param>
/// <param name="ExpiresAt"><c>x</c>: when it expires, in milliseconds since 1970; absent for never. <c>ttl</c> is made from it.</param>
/// <param name="HashedIdentifier"><c>i</c>: the encoded identifier, where the id has only its hash.</param>
internal readonly record struct CosmosProfileDocument(ReadOnlyMemory<byte> State, Guid Mark, long? ExpiresAt, string? HashedIdentifier)
{
    /// <summary>Writes the document of a profile.</summary>
    public static ReadOnlyMemory<byte> Write(CosmosProfileId id, in ProfileWrite write, Guid mark, DateTimeOffset now) => CosmosItem.Write(
        id.Text, id.Text, (Id: id, Write: write, Mark: mark, Now: now), static (json, content) =>
        {
            json.WriteBase64String("s"u8, content.Write.State.Span);
            json.WriteString("w"u8, content.Mark);
            if (content.Id.HashedIdentifier is { } identifier)
                json.WriteString("i"u8, identifier);
            if (content.Write.ExpiresAt is { } expiresAt)
            {
                json.WriteNumber("x"u8, expiresAt.ToUnixTimeMilliseconds());
                json.WriteNumber("ttl"u8, CosmosItem.TimeToLive(expiresAt - content.Now));
            }
        });

    /// <summary>Reads a document.</summary>
    public static CosmosProfileDocument Read(ReadOnlySpan<byte> document)
    {
        byte[]? state = null;
        Guid? mark = null;
        long? expiresAt = null;
        string? identifier = null;
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("s"u8) && reader.Read())
                state = reader.GetBytesFromBase64();
            else if (reader.ValueTextEquals("w"u8) && reader.Read())
                mark = reader.GetGuid();
            else if (reader.ValueTextEquals("x"u8) && reader.Read())
                expiresAt = reader.GetInt64();
            else if (reader.ValueTextEquals("i"u8) && reader.Read())
                identifier = reader.GetString();
            else
                reader.Skip();
        }
        return state is null || mark is null
            ? throw new InvalidDataException("A document in the container of profiles is not a profile.")
            : new CosmosProfileDocument(state, mark.Value, expiresAt, identifier);
    }

    /// <summary>Whether it counts as gone: Cosmos DB removes it only some time later.</summary>
    public bool IsExpired(DateTimeOffset now) => ExpiresAt <= now.ToUnixTimeMilliseconds();
}
