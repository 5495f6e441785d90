using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Signals.CosmosEmulator.Gateway;

namespace Signals.CosmosEmulator.Wire;

/// <summary>Carries requests of an <see cref="HttpClient"/> to the gateway without a socket.</summary>
internal sealed class InProcessTransport(AccountGateway gateway) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return ToMessage(await gateway.HandleAsync(new Request(request) { Body = body }, cancellationToken), request);
        }
        catch (ReplyLostException)
        {
            throw new HttpRequestException(
                HttpRequestError.ResponseEnded, "The connection was reset.", new SocketException((int)SocketError.ConnectionReset));
        }
    }

    private static HttpResponseMessage ToMessage(GatewayResponse response, HttpRequestMessage request)
    {
        var message = new HttpResponseMessage((HttpStatusCode)response.Status) { RequestMessage = request };
        message.Content = new ReadOnlyMemoryContent(response.Body);
        if (!response.Body.IsEmpty) message.Content.Headers.ContentType = new MediaTypeHeaderValue(response.ContentType);
        foreach (var (name, value) in response.Headers) message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private sealed class Request(HttpRequestMessage message) : GatewayRequest
    {
        public override string Method => message.Method.Method;
        public override string Path => message.RequestUri!.AbsolutePath;
        public override Uri Authority => new(message.RequestUri!.GetLeftPart(UriPartial.Authority) + "/");

        public override string? Header(string name)
        {
            if (message.Headers.NonValidated.TryGetValues(name, out var values)) return values.ToString();
            return message.Content is { } content && content.Headers.NonValidated.TryGetValues(name, out values) ? values.ToString() : null;
        }
    }
}
