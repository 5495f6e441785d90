using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Signals.Benchmarks.Streams;

/// <summary>
/// One visitor with an event stream of their own: a plain socket, so that thousands cost the machine little beside what is measured.
/// Each event of the visitor fires once and carries its number, so that what arrives must be 1, 2, 3 and so on.
/// </summary>
internal sealed class StreamClient(IPEndPoint server)
{
    private static readonly byte[] NumberMark = "\"events\":\""u8.ToArray();

    private readonly byte[] _buffer = new byte[2048];
    private readonly List<long> _sentAt = [];
    private Socket? _socket;
    private Task _reading = Task.CompletedTask;
    private int _filled;
    private long _lastEventId;

    /// <summary>The visitor.</summary>
    public Guid Visitor { get; } = Guid.NewGuid();

    /// <summary>Number of the last intervention that came.</summary>
    public int Received { get; private set; }

    /// <summary>How many events of the visitor have been sent.</summary>
    public int Sent => _sentAt.Count;

    /// <summary>Numbers that were skipped.</summary>
    public int Lost { get; private set; }

    /// <summary>Numbers that came again.</summary>
    public int Repeated { get; private set; }

    /// <summary>Milliseconds from sending an event to having its frame.</summary>
    public List<double> Latencies { get; } = [];

    /// <summary>Whether latencies are kept.</summary>
    public bool Measures { get; set; }

    /// <summary>An event of the visitor is sent now.</summary>
    public void NoteSent()
    {
        lock (_sentAt)
            _sentAt.Add(Stopwatch.GetTimestamp());
    }

    /// <summary>Opens the stream, from where the last one ended when there was one, and returns once it is open.</summary>
    public async Task OpenAsync(bool resume)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, LingerState = new LingerOption(true, 0) };
        await _socket.ConnectAsync(server);
        var last = resume ? $"Last-Event-ID: {_lastEventId}\r\n" : "";
        // HTTP/1.0: the answer is the stream itself, without chunks around it.
        await _socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/interventions?domain_userid={Visitor} HTTP/1.0\r\nHost: {server}\r\n{last}\r\n"));
        _filled = 0;
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _reading = ReadAsync(_socket, opened);
        await opened.Task;
    }

    /// <summary>Breaks the connection as a network does: without a word.</summary>
    public async Task BreakAsync()
    {
        _socket!.Dispose();
        await _reading;
    }

    private async Task ReadAsync(Socket socket, TaskCompletionSource opened)
    {
        try
        {
            while (await socket.ReceiveAsync(_buffer.AsMemory(_filled)) is > 0 and var received)
            {
                _filled += received;
                TakeFrames(opened);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The connection is broken: by this client, or by a server that the next step finds missing.
        }
        opened.TrySetException(new IOException("The server closed the connection before the stream was open."));
    }

    private void TakeFrames(TaskCompletionSource opened)
    {
        var rest = _buffer.AsSpan(0, _filled);
        while (rest.IndexOf("\n\n"u8) is >= 0 and var end)
        {
            var frame = rest[..end];
            rest = rest[(end + 2)..];
            var id = frame.IndexOf("id: "u8);
            if (id >= 0)
                _lastEventId = Number(frame[(id + 4)..]);
            if (frame.IndexOf(NumberMark) is >= 0 and var number)
                Take((int)Number(frame[(number + NumberMark.Length)..]));
            opened.TrySetResult();
        }
        rest.CopyTo(_buffer);
        _filled = rest.Length;
    }

    private void Take(int number)
    {
        if (number <= Received)
        {
            Repeated++;
            return;
        }
        Lost += number - Received - 1;
        Received = number;
        if (!Measures)
            return;
        lock (_sentAt)
            Latencies.Add(Stopwatch.GetElapsedTime(_sentAt[number - 1]).TotalMilliseconds);
    }

    private static long Number(ReadOnlySpan<byte> digits)
    {
        var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return long.Parse(end < 0 ? digits : digits[..end]);
    }
}
