using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Signals.Api.Tests.Hosting;

/// <summary>Requests as bytes, for what no client library would send.</summary>
public static class RawHttp
{
    public static async Task<string> SendAsync(Uri url, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, url.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(socket.GetStream(), Encoding.UTF8);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await reader.ReadToEndAsync(patience.Token);
    }
}
