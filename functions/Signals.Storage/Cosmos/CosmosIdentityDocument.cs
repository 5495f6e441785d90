using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Signals.Engine.Identities;

namespace Signals.Storage.Cosmos;

/// <summary>
/// An item of the identity graph as a document: its stored form, and beside it what scans and counts ask for. Where a scan comes in the
/// order of keys, its member ends with the key, so that condition and order are one stretch of one index.
/// </summary>
/// <param name="Item">The item.</param>
/// <param name="Mark">Names the write that made the document, so that a writer recognises its own.</param>
internal readonly record struct CosmosIdentityDocument(IdentityItem Item, Guid Mark)
{
    /// <summary>The stored form, in base64.</summary>
    public const string Bytes = "b";

    /// <summary>Type of an identifier.</summary>
    public const string Type = "t";

    /// <summary>The Snowplow IDs that an identifier leads to.</summary>
    public const string Profiles = "l";

    /// <summary>Type and key of an identifier that has a day on which it was last seen.</summary>
    public const string Seen = "s";

    /// <summary>That day.</summary>
    public const string SeenDay = "d";

    /// <summary>Day on which a profile was made, and key.</summary>
    public const string Created = "c";

    /// <summary>Key of a profile whose merge has steps to go.</summary>
    public const string Unfinished = "u";

    /// <summary>Key of a profile with merge events to publish.</summary>
    public const string Pending = "p";

    /// <summary>What a profile that was not merged away stands for: <see cref="Person"/> or <see cref="Anonymous"/>.</summary>
    public const string Active = "a";

    /// <summary>Value of <see cref="Active"/> for a person.</summary>
    public const int Person = 1;

    /// <summary>Value of <see cref="Active"/> for an anonymous profile.</summary>
    public const int Anonymous = 2;

    private const string MarkName = "w";

    /// <summary>What <see cref="Seen"/> begins with for identifiers of a type. No name of a type has a colon.</summary>
    public static string SeenPrefix(string type) => type + ":";

    /// <summary>What <see cref="Created"/> begins with for profiles of a day.</summary>
    public static string CreatedPrefix(int day) => string.Create(CultureInfo.InvariantCulture, $"{day}:");

    /// <summary>Id and partition key of a document: the key as 32 hexadecimal digits, which sort as the key does.</summary>
    public static string IdOf(in IdentityItemKey key) => key.ToString();

    /// <summary>Writes the document of an item.</summary>
    public static ReadOnlyMemory<byte> Write(IdentityItem item, Guid mark)
    {
        var id = IdOf(item.Key);
        return CosmosItem.Write(id, id, (Id: id, Item: item, Mark: mark), static (json, content) =>
        {
            var bytes = new ArrayBufferWriter<byte>(256);
            IdentityItemCodec.Write(content.Item, bytes);
            json.WriteBase64String(Bytes, bytes.WrittenSpan);
            json.WriteString(MarkName, content.Mark);
            WriteIndex(json, content.Id, content.Item.Key.Kind, IdentityIndex.Of(content.Item));
        });
    }

    /// <summary>Reads the document of an item.</summary>
    /// <exception cref="InvalidDataException">It is no item, or damaged.</exception>
    public static CosmosIdentityDocument Read(in IdentityItemKey key, ReadOnlySpan<byte> document)
    {
        byte[]? bytes = null;
        Guid? mark = null;
        var reader = new Utf8JsonReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(Bytes) && reader.Read())
                bytes = reader.GetBytesFromBase64();
            else if (reader.ValueTextEquals(MarkName) && reader.Read())
                mark = reader.GetGuid();
            else
                reader.Skip();
        }
        return bytes is null || mark is null
            ? throw new InvalidDataException($"Document {IdOf(key)} in a container of the identity graph is not an item of it.")
            : new CosmosIdentityDocument(IdentityItemCodec.Read(key, bytes), mark.Value);
    }

    private static void WriteIndex(Utf8JsonWriter json, string id, IdentityItemKind kind, in IdentityIndex index)
    {
        if (kind == IdentityItemKind.Identifier)
            WriteIdentifierIndex(json, id, index);
        if (kind == IdentityItemKind.Profile)
            WriteProfileIndex(json, id, index);
    }

    private static void WriteIdentifierIndex(Utf8JsonWriter json, string id, in IdentityIndex index)
    {
        json.WriteString(Type, index.Type);
        json.WriteStartArray(Profiles);
        foreach (var profile in index.Profiles)
            json.WriteStringValue(IdOf(IdentityItemKey.Profile(profile)));
        json.WriteEndArray();
        if (index.LastSeenDay == 0)
            return;
        json.WriteString(Seen, SeenPrefix(index.Type!) + id);
        json.WriteNumber(SeenDay, index.LastSeenDay);
    }

    private static void WriteProfileIndex(Utf8JsonWriter json, string id, in IdentityIndex index)
    {
        json.WriteString(Created, CreatedPrefix(index.CreatedOnDay) + id);
        if (index.IsRoot)
            json.WriteNumber(Active, index.IsAnonymous ? Anonymous : Person);
        if (index.IsUnfinished)
            json.WriteString(Unfinished, id);
        if (index.HasPendingMerges)
            json.WriteString(Pending, id);
    }
}
