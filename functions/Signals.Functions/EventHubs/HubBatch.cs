using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Engine.Events;

namespace Signals.Functions.EventHubs;

/// <summary>
/// Turns a batch of one partition of a hub into log records. What the platform says about the batch comes beside the bodies, as JSON texts
/// by name. It decides what a profile has already counted: what is missing or odd is an error, never a default.
/// </summary>
public static class HubBatch
{
    private const string Sequences = "SequenceNumberArray";
    private const string Properties = "PropertiesArray";
    private static readonly string[] Contexts = ["PartitionContext", "TriggerPartitionContext"];

    /// <summary>The records of a batch, in the order of the log.</summary>
    /// <param name="data">What the platform says about the batch; names are compared without regard to case.</param>
    /// <param name="bodies">The bodies of the events.</param>
    /// <param name="numberOf">The number by which profiles remember a partition of this hub, see <see cref="LogPartitions"/>.</param>
    /// <exception cref="HubMetadataException">Something is missing or odd.</exception>
    public static IReadOnlyList<LogRecord> ToRecords(IReadOnlyDictionary<string, object?> data, byte[][] bodies, Func<int, int> numberOf)
    {
        var partition = numberOf(ReadPartition(data));
        var sequences = ReadSequences(data, bodies.Length);
        var kinds = ReadKinds(data, bodies.Length);
        var records = new LogRecord[bodies.Length];
        for (var i = 0; i < bodies.Length; i++)
            records[i] = new LogRecord(new LogPosition(partition, sequences[i]), kinds[i], WithoutLineEnd(bodies[i]));
        return records;
    }

    private static int ReadPartition(IReadOnlyDictionary<string, object?> data)
    {
        var name = Contexts.FirstOrDefault(context => Find(data, context) is not null) ?? Contexts[0];
        using var context = Parse(data, name, JsonValueKind.Object);
        var id = context.RootElement.EnumerateObject()
            .Where(member => member.Name.Equals("PartitionId", StringComparison.OrdinalIgnoreCase) && member.Value.ValueKind == JsonValueKind.String)
            .Select(member => member.Value.GetString()).FirstOrDefault();
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var partition) || partition >= LogPartitions.MaxPartitions)
            throw new HubMetadataException($"{name}.PartitionId: expected the text of a number from 0 to {LogPartitions.MaxPartitions - 1}, not '{id}'.");
        return partition;
    }

    private static long[] ReadSequences(IReadOnlyDictionary<string, object?> data, int count)
    {
        using var array = ParseArray(data, Sequences, count);
        var sequences = new long[count];
        var i = 0;
        foreach (var element in array.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out sequences[i]) || sequences[i] < 0)
                throw new HubMetadataException($"{Sequences}[{i}]: expected a sequence number of 0 or more, not {element.GetRawText()}.");
            if (i > 0 && sequences[i] <= sequences[i - 1])
                throw new HubMetadataException($"{Sequences}[{i}]: expected a number above {sequences[i - 1]}, not {sequences[i]}.");
            i++;
        }
        return sequences;
    }

    private static LogRecordKind[] ReadKinds(IReadOnlyDictionary<string, object?> data, int count)
    {
        using var array = ParseArray(data, Properties, count);
        var kinds = new LogRecordKind[count];
        var i = 0;
        foreach (var element in array.RootElement.EnumerateArray())
            kinds[i] = ReadKind(element, i++);
        return kinds;
    }

    private static LogRecordKind ReadKind(JsonElement properties, int index)
    {
        if (properties.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            throw new HubMetadataException($"{Properties}[{index}]: expected an object, not {properties.GetRawText()}.");
        if (properties.ValueKind == JsonValueKind.Null || !properties.TryGetProperty(HubProperties.Kind, out var kind))
            return LogRecordKind.EnrichedLine;
        return (kind.ValueKind == JsonValueKind.String ? HubProperties.KindNamed(kind.GetString()) : null)
            ?? throw new HubMetadataException($"{Properties}[{index}].{HubProperties.Kind}: expected '{HubProperties.BadRow}', not {kind.GetRawText()}.");
    }

    private static JsonDocument ParseArray(IReadOnlyDictionary<string, object?> data, string name, int count)
    {
        var array = Parse(data, name, JsonValueKind.Array);
        if (array.RootElement.GetArrayLength() == count)
            return array;
        using (array)
            throw new HubMetadataException($"{name}: expected {count} elements, one for each event, not {array.RootElement.GetArrayLength()}.");
    }

    private static JsonDocument Parse(IReadOnlyDictionary<string, object?> data, string name, JsonValueKind kind)
    {
        if (Find(data, name) is not string text)
            throw new HubMetadataException($"{name}: expected a JSON text; the batch came without one.");
        try
        {
            var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            if (document.RootElement.ValueKind == kind)
                return document;
            using (document)
                throw new HubMetadataException($"{name}: expected {kind}, not {document.RootElement.ValueKind}.");
        }
        catch (JsonException error)
        {
            throw new HubMetadataException($"{name}: expected JSON. {error.Message}");
        }
    }

    private static object? Find(IReadOnlyDictionary<string, object?> data, string name)
    {
        foreach (var (key, value) in data)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    /// <summary>Some writers end an event with the end of its line.</summary>
    private static ReadOnlyMemory<byte> WithoutLineEnd(byte[] body) => body.AsMemory(0, body.AsSpan().TrimEnd("\r\n"u8).Length);
}
