using System.Text.Json;
using Signals.CosmosEmulator.Partitioning;

namespace Signals.CosmosEmulator.Store;

/// <summary>Where in an item its partition key is: <c>/pk</c>, or deeper as in <c>/owner/id</c>.</summary>
internal sealed record PartitionKeyPath(string Text)
{
    private readonly string[] _names = Text.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path as a member expression of the query language.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Whether the reader, at the name of a top-level property, is at the beginning of this path.</summary>
    public bool StartsAt(ref Utf8JsonReader reader) => reader.ValueTextEquals(_names[0]);

    /// <summary>The key under the value of the first property of the path; undefined when the path leads nowhere.</summary>
    public bool TryReadValue(Utf8JsonReader reader, out PartitionKeyValue key)
    {
        key = PartitionKeyValue.Undefined;
        foreach (var name in _names.AsSpan(1))
        {
            if (!TryEnter(ref reader, name)) return true;
        }

        return PartitionKeyValue.TryRead(ref reader, out key);
    }

    private static bool TryEnter(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found) return true;
            reader.Skip();
        }

        return false;
    }
}
