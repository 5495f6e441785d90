using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Signals.Benchmarks.EndToEnd;

/// <summary>What a run of reads took.</summary>
/// <param name="Requests">Requests answered with 200.</param>
/// <param name="Seconds">Length of the run.</param>
/// <param name="Latencies">Milliseconds per request, ascending.</param>
internal sealed record ReadResult(int Requests, double Seconds, double[] Latencies)
{
    public double PerSecond => Requests / Seconds;

    public double Percentile(double share) => Latencies[(int)Math.Min(Latencies.Length - 1, share * Latencies.Length)];
}

/// <summary>
/// Reads over HTTP on open connections, each sending its next request when the last is answered. Plain sockets and ready-made bytes,
/// so that the load costs as little as it can of the machine it shares with what it measures.
/// </summary>
internal sealed class ReadLoad(IPEndPoint server, string token, Func<int, string> body)
{
    private const int PreparedRequests = 4096;

    public async Task<ReadResult> RunAsync(int connections, TimeSpan duration)
    {
        var requests = Enumerable.Range(0, PreparedRequests).Select(Request).ToArray();
        var watch = Stopwatch.StartNew();
        var runs = Enumerable.Range(0, connections).Select(connection => Task.Run(() => DriveAsync(requests, connection, watch, duration)));
        var latencies = (await Task.WhenAll(runs)).SelectMany(run => run).Order().ToArray();
        return new ReadResult(latencies.Length, watch.Elapsed.TotalSeconds, latencies);
    }

    private async Task<List<double>> DriveAsync(byte[][] requests, int connection, Stopwatch watch, TimeSpan duration)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        var latencies = new List<double>();
        var buffer = new byte[64 * 1024];
        for (var next = connection * 97; watch.Elapsed < duration; next++)
        {
            var started = Stopwatch.GetTimestamp();
            await socket.SendAsync(requests[next % requests.Length]);
            await ReceiveAsync(socket, buffer);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return latencies;
    }

    private static async Task ReceiveAsync(Socket socket, byte[] buffer)
    {
        for (var filled = 0; ;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (received == 0)
                throw new IOException("The server closed the connection.");
            filled += received;
            if (IsComplete(buffer.AsSpan(0, filled)))
                return;
        }
    }

    private static bool IsComplete(ReadOnlySpan<byte> answer)
    {
        var headEnd = answer.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
            return false;
        var head = answer[..headEnd];
        if (!head.StartsWith("HTTP/1.1 200"u8))
            throw new IOException($"The server answered: {Encoding.UTF8.GetString(answer)}");
        var name = head.IndexOf("Content-Length: "u8);
        if (name < 0)
            return answer.EndsWith("0\r\n\r\n"u8); // chunked
        var digits = head[(name + "Content-Length: "u8.Length)..];
        var lineEnd = digits.IndexOf((byte)'\r');
        return int.Parse(lineEnd < 0 ? digits : digits[..lineEnd]) == answer.Length - headEnd - 4;
    }

    private byte[] Request(int index)
    {
        var json = body(index);
        return Encoding.UTF8.GetBytes(
            $"POST /api/v1/get-online-attributes HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\n" +
            $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");
    }
}
