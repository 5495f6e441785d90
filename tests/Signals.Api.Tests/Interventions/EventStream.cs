using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Api.Tests.Hosting;

namespace Signals.Api.Tests.Interventions;

/// <summary>A message as a client reads it.</summary>
public sealed record StreamedMessage(long Id, JsonElement Payload)
{
    public Guid InterventionId => Payload.GetProperty("intervention_id").GetGuid();
}

/// <summary>A client of the event stream that reads what is on the wire.</summary>
public sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly List<byte> _frame = [];
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _read;
    private int _used;

    private EventStream(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _stream = stream;
    }

    /// <summary>What a browser would send as Last-Event-ID.</summary>
    public long? LastEventId { get; private set; }

    public HttpResponseMessage Response => _response;

    public static async Task<EventStream> OpenAsync(ApiHost host, string query, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/interventions" + query);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is { } last)
            request.Headers.Add("Last-Event-ID", last.ToString(CultureInfo.InvariantCulture));
        var response = await host.Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        response.EnsureSuccessStatusCode();
        var stream = new EventStream(response, await response.Content.ReadAsStreamAsync()) { LastEventId = lastEventId };
        return stream;
    }

    /// <summary>Opens a stream and reads it up to where it says that it stands.</summary>
    public static async Task<EventStream> OpenReadyAsync(ApiHost host, string query)
    {
        var stream = await OpenAsync(host, query);
        Assert.Equal(": connected", await stream.ReadFrameAsync());
        Assert.StartsWith("id: ", await stream.ReadFrameAsync());
        return stream;
    }

    /// <summary>The text up to the next empty line; null at the end of the stream.</summary>
    public async Task<string?> ReadFrameAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await ReadFrameAsync(patience.Token);
    }

    /// <summary>The next message; comments are skipped. Null at the end of the stream.</summary>
    public async Task<StreamedMessage?> ReadMessageAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await ReadFrameAsync(patience.Token) is { } frame)
        {
            var data = frame.Split('\n').FirstOrDefault(line => line.StartsWith("data: ", StringComparison.Ordinal));
            if (data is not null)
                return new StreamedMessage(LastEventId!.Value, JsonDocument.Parse(data[6..]).RootElement);
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _response.Dispose();
    }

    private async Task<string?> ReadFrameAsync(CancellationToken patience)
    {
        while (true)
        {
            for (; _used < _read; _used++)
            {
                _frame.Add(_buffer[_used]);
                if (_frame.Count < 2 || _frame[^1] != '\n' || _frame[^2] != '\n')
                    continue;
                _used++;
                return TakeFrame();
            }
            (_used, _read) = (0, await _stream.ReadAsync(_buffer, patience));
            if (_read == 0)
                return null;
        }
    }

    private string TakeFrame()
    {
        var text = Encoding.UTF8.GetString([.. _frame])[..^2];
        _frame.Clear();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                LastEventId = long.Parse(line.AsSpan(4), CultureInfo.InvariantCulture);
        }
        return text;
    }
}
