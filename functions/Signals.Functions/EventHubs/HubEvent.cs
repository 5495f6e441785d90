using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Signals.Engine.Events;

namespace Signals.Functions.EventHubs;

/// <summary>An event on its way into a hub.</summary>
/// <param name="Body">The body: valid UTF-8, for it travels as a JSON text.</param>
/// <param name="Properties">Properties beside the body; null for none.</param>
public readonly record struct HubEvent(ReadOnlyMemory<byte> Body, IReadOnlyList<KeyValuePair<string, string>>? Properties = null)
{
    /// <summary>
    /// The event of a log record. A line that is no valid UTF-8 is no enriched event, and would become another line on its way: its bad row
    /// goes instead.
    /// </summary>
    internal static HubEvent Of(in LogRecord record, DateTimeOffset now)
    {
        var line = record.Payload.Span;
        if (record.Kind == LogRecordKind.BadRow)
            return new HubEvent(record.Payload, HubProperties.OfBadRow);
        if (Utf8.IsValid(line))
            return new HubEvent(record.Payload);
        return new HubEvent(BadRow.FromLine(record.Position, line, EnrichedEvent.Explain(line), now).Json, HubProperties.OfBadRow);
    }
}

/// <summary>
/// Collects events into one request of the Event Hubs REST API, operation "Send batch events": a JSON array of objects with
/// <c>Body</c> and <c>UserProperties</c>.
/// </summary>
internal sealed class HubRequest
{
    /// <summary>Media type of a request.</summary>
    public const string MediaType = "application/vnd.microsoft.servicebus.json";

    /// <summary>
    /// Largest request in bytes. The service takes 1 MiB, counted after it has put its own headers around every event; the rest is room
    /// for these.
    /// </summary>
    public const int MaxBytes = 960 * 1024;

    /// <summary>Most events of a request. It bounds the service's headers, which are about 50 bytes an event.</summary>
    public const int MaxEvents = 1000;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly ArrayBufferWriter<byte> _next = new();

    /// <summary>Number of events.</summary>
    public int Count { get; private set; }

    /// <summary>The body of the request, until the next event is added.</summary>
    public ReadOnlyMemory<byte> Content => _bytes.WrittenMemory;

    /// <summary>Adds an event if there is room for it. There is none in an empty request for an event that is too large for any.</summary>
    public bool TryAdd(in HubEvent next)
    {
        _next.ResetWrittenCount();
        Write(next);
        // A bracket or comma before it, a bracket behind it.
        if (Count == MaxEvents || _bytes.WrittenCount + _next.WrittenCount + 2 > MaxBytes)
            return false;
        _bytes.Write(Count == 0 ? "["u8 : ","u8);
        _bytes.Write(_next.WrittenSpan);
        Count++;
        return true;
    }

    /// <summary>Ends the request; nothing can be added after.</summary>
    public void Close() => _bytes.Write("]"u8);

    /// <summary>Empties it, keeping its buffers.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        Count = 0;
    }

    private void Write(in HubEvent next)
    {
        using var json = new Utf8JsonWriter(_next, Relaxed);
        json.WriteStartObject();
        json.WriteString("Body"u8, next.Body.Span);
        if (next.Properties is { Count: > 0 } properties)
        {
            json.WriteStartObject("UserProperties"u8);
            foreach (var (name, value) in properties)
                json.WriteString(name, value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
