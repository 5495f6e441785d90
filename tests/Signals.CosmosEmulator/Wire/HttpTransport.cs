using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Signals.CosmosEmulator.Gateway;

namespace Signals.CosmosEmulator.Wire;

/// <summary>Carries requests from Kestrel to the gateway.</summary>
internal static class HttpTransport
{
    /// <summary>Above the largest batch, so that the gateway answers 413 itself.</summary>
    public const int MaximumBodyBytes = 8 * 1024 * 1024;

    public static async Task HandleAsync(HttpContext context, AccountGateway gateway)
    {
        var body = await ReadBodyAsync(context.Request, context.RequestAborted);
        try
        {
            await WriteAsync(context, await gateway.HandleAsync(new Request(context) { Body = body }, context.RequestAborted));
        }
        catch (ReplyLostException)
        {
            context.Abort();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client gave up waiting; there is nobody to answer.
        }
    }

    private static async Task WriteAsync(HttpContext context, GatewayResponse response)
    {
        context.Response.StatusCode = response.Status;
        foreach (var (name, value) in response.Headers) context.Response.Headers[name] = value;
        if (response.Body.IsEmpty) return;
        context.Response.ContentType = response.ContentType;
        context.Response.ContentLength = response.Body.Length;
        await context.Response.BodyWriter.WriteAsync(response.Body, context.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return default;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private sealed class Request(HttpContext context) : GatewayRequest
    {
        public override string Method => context.Request.Method;
        public override string Path { get; } = RawPath(context);

        public override Uri Authority =>
            new(string.Create(CultureInfo.InvariantCulture, $"{context.Request.Scheme}://{context.Request.Host.Value}/"));

        public override string? Header(string name) => context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

        /// <summary>As sent: an id may hold an escaped slash, which the parsed path no longer tells from a separator.</summary>
        private static string RawPath(HttpContext context)
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            var end = target.IndexOf('?', StringComparison.Ordinal);
            return end < 0 ? target : target[..end];
        }
    }
}
