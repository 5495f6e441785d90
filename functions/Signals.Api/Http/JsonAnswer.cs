using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signals.Api.Http;

/// <summary>
/// A JSON answer that is written into a reused buffer and then sent in one piece, with its length. Nothing is sent before
/// <see cref="SendAsync(HttpContext)"/>, so a failure while writing can still become an error answer.
/// </summary>
public sealed class JsonAnswer : IDisposable
{
    internal const string ContentType = "application/json; charset=utf-8";

    private const int LargestKeptBuffer = 1024 * 1024;
    private const int MostKept = 64;

    private static readonly ConcurrentQueue<JsonAnswer> Free = new();
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    private JsonAnswer() => Writer = new Utf8JsonWriter(_buffer, WriterOptions);

    /// <summary>Writes the answer.</summary>
    public Utf8JsonWriter Writer { get; }

    /// <summary>Takes an empty answer; disposing it gives it back.</summary>
    public static JsonAnswer Rent() => Free.TryDequeue(out var answer) ? answer : new JsonAnswer();

    /// <summary>Sends what was written. The status code is the caller's; the content type is JSON.</summary>
    public ValueTask SendAsync(HttpContext context) => SendAsync(context, ContentType);

    /// <summary>Sends what was written under another media type of JSON.</summary>
    public ValueTask SendAsync(HttpContext context, string contentType)
    {
        Writer.Flush();
        context.Response.ContentType = contentType;
        context.Response.ContentLength = _buffer.WrittenCount;
        return HttpMethods.IsHead(context.Request.Method)
            ? ValueTask.CompletedTask
            : context.Response.Body.WriteAsync(_buffer.WrittenMemory, context.RequestAborted);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_buffer.Capacity > LargestKeptBuffer || Free.Count >= MostKept)
            return;
        _buffer.ResetWrittenCount();
        Writer.Reset();
        Free.Enqueue(this);
    }
}
