using System.Buffers;
using System.Text.Unicode;

namespace Signals.Api.Http;

/// <summary>A whole request body in a pooled buffer, bounded in size.</summary>
public readonly struct RequestBody : IDisposable
{
    private const long LargestFirstBuffer = 64 * 1024;

    private readonly byte[] _buffer;

    private RequestBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        Bytes = buffer.AsMemory(0, length);
    }

    /// <summary>The bytes; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Reads a body to its end.</summary>
    /// <exception cref="BadHttpRequestException">413: longer than <paramref name="limit"/> bytes.</exception>
    public static async ValueTask<RequestBody> ReadAsync(HttpContext context, int limit)
    {
        if (context.Request.ContentLength > limit)
            throw TooLarge(limit);

        // A sender who only announces a large body gets no large buffer for it.
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(context.Request.ContentLength ?? 4096, LargestFirstBuffer) + 1);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
                if (read == 0)
                    return new RequestBody(buffer, length);
                length += read;
                if (length > limit)
                    throw TooLarge(limit);
                if (length == buffer.Length)
                    buffer = Grow(buffer);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>Reads a body that has to be JSON text: bounded by the API's setting, and valid UTF-8.</summary>
    /// <exception cref="BadHttpRequestException">413: too long. 400: not UTF-8.</exception>
    public static async ValueTask<RequestBody> ReadJsonAsync(HttpContext context, SignalsApiOptions options)
    {
        var body = await ReadAsync(context, options.MaxJsonBodyBytes);
        if (Utf8.IsValid(body.Bytes.Span))
            return body;
        body.Dispose();
        throw new BadHttpRequestException("The body is not valid UTF-8.", StatusCodes.Status400BadRequest);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static BadHttpRequestException TooLarge(int limit) =>
        new($"The body is larger than {limit} bytes.", StatusCodes.Status413PayloadTooLarge);
}
