using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Interventions;

namespace Signals.Api.Webhooks;

/// <summary>
/// Posts interventions to webhooks. Follows no redirect, reads no answer but its status, and connects only to addresses of the
/// public internet, which are looked at when the connection is made: a name that resolves to something else then is no way around.
/// </summary>
internal sealed class WebhookClient : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public WebhookClient(WebhookOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = 64,
            ConnectCallback = ConnectAsync,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("signals-functions", SignalsApi.Version));
    }

    /// <summary>Id of a delivery, the same for all its attempts.</summary>
    public static string DeliveryId(WebhookDefinition webhook, WebhookDelivery delivery) =>
        string.Create(CultureInfo.InvariantCulture, $"{webhook.Name}-{delivery.Sequence}");

    /// <summary>Value of the header <c>X-Signals-Signature</c>: HMAC-SHA256 over the time, a dot and the body.</summary>
    public static string Sign(string secret, long unixSeconds, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{unixSeconds}.")), .. body];
        var signature = HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), signed);
        return string.Create(CultureInfo.InvariantCulture, $"t={unixSeconds},v1={Convert.ToHexStringLower(signature)}");
    }

    /// <summary>Makes one attempt. Null when it has arrived, else what went wrong.</summary>
    public async Task<string?> PostAsync(WebhookDefinition webhook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        if (ErrorIn(webhook.Url) is { } refusal)
            return refusal;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.Timeout);
        try
        {
            using var request = RequestFor(webhook, delivery);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return (int)answer.StatusCode switch
            {
                >= 200 and <= 299 => null,
                >= 300 and <= 399 and var status => $"status {status}; redirects are not followed",
                var status => $"status {status}",
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer within {_options.Timeout.TotalSeconds} s";
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException)
        {
            return (error.InnerException as AddressRefusedException)?.Message ?? error.Message;
        }
    }

    /// <summary>What is wrong with an address that can be seen without asking anybody; null for nothing.</summary>
    public string? ErrorIn(Uri url)
    {
        if (!_options.AllowHttp && url.Scheme != Uri.UriSchemeHttps)
            return "only https is allowed";
        var refused = !_options.AllowPrivateNetworks && IPAddress.TryParse(url.DnsSafeHost, out var address) && !PublicAddress.Is(address);
        return refused ? $"{url.DnsSafeHost} is not an address of the public internet" : null;
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage RequestFor(WebhookDefinition webhook, WebhookDelivery delivery)
    {
        var content = new ReadOnlyMemoryContent(delivery.Body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = content };
        request.Headers.Add("X-Signals-Delivery", DeliveryId(webhook, delivery));
        request.Headers.Add("X-Signals-Signature", Sign(webhook.Secret, _time.GetUtcNow().ToUnixTimeSeconds(), delivery.Body.Span));
        return request;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        if (!_options.AllowPrivateNetworks)
        {
            addresses = Array.FindAll(addresses, PublicAddress.Is);
            if (addresses.Length == 0)
                throw new AddressRefusedException($"{host} has no address of the public internet");
        }
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class AddressRefusedException(string message) : Exception(message);
}
