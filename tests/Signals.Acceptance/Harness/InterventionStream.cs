using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Signals.Acceptance.Harness;

/// <summary>An intervention as a subscriber gets it.</summary>
/// <param name="Id">Id of the intervention.</param>
/// <param name="Name">Its name.</param>
/// <param name="Target">Whom it was sent to: <c>key=identifier</c>.</param>
/// <param name="Payload">All of it.</param>
public sealed record ReceivedIntervention(string Id, string Name, string Target, JsonNode Payload)
{
    /// <summary>An attribute that went along: JSON text.</summary>
    public string Attribute(string name) => Payload["attributes"]![name]!.GetValue<string>();

    /// <summary>Reads the data of one event of the stream.</summary>
    public static ReceivedIntervention Parse(string data)
    {
        var payload = JsonNode.Parse(data)!;
        var target = payload["target_attribute_key"]!;
        return new ReceivedIntervention($"{payload["intervention_id"]}", $"{payload["name"]}", $"{target["name"]}={target["id"]}", payload);
    }
}

/// <summary>
/// A subscriber that comes back after every break with the id of the last event that it has seen, as a browser does; to the next
/// of its addresses, when it has several.
/// </summary>
public sealed class InterventionStream : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterBreak = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<ReceivedIntervention> _received = Channel.CreateUnbounded<ReceivedIntervention>();
    private readonly string[] _addresses;
    private readonly Task _reading;
    private string? _lastEventId;

    private InterventionStream(string query, string[] addresses)
    {
        Query = query;
        _addresses = addresses;
        _reading = Task.Run(ReadUntilStoppedAsync);
    }

    /// <summary>What it subscribes to: <c>key=identifier&amp;key=identifier…</c></summary>
    public string Query { get; }

    /// <summary>How often it had to come back.</summary>
    public int Breaks { get; private set; }

    /// <summary>Subscribes, and returns when nothing that is sent from now on can be missed.</summary>
    public static async Task<InterventionStream> OpenAsync(string query, params string[] addresses)
    {
        var stream = new InterventionStream(query, addresses);
        await stream._opened.Task.WaitAsync(Eventually.Deadline);
        return stream;
    }

    /// <summary>The next intervention.</summary>
    public async Task<ReceivedIntervention> NextAsync()
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        return await _received.Reader.ReadAsync(deadline.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
        _http.Dispose();
    }

    private async Task ReadUntilStoppedAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await ReadAsync(_addresses[Breaks % _addresses.Length]);
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                // The process at that address has gone, or is not there yet.
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            Breaks++;
            await Task.Delay(PauseAfterBreak, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task ReadAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/api/v1/interventions?{Query}");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (_lastEventId is not null)
            request.Headers.Add("Last-Event-ID", _lastEventId);
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
        response.EnsureSuccessStatusCode();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(_stop.Token));
        string? data = null;
        var id = _lastEventId;
        while (await lines.ReadLineAsync(_stop.Token) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.Length == 0)
                Dispatch(id, ref data);
        }
    }

    /// <summary>An event counts once the empty line after it has arrived; one that was cut off is none.</summary>
    private void Dispatch(string? id, ref string? data)
    {
        _lastEventId = id;
        if (data is not null)
            _received.Writer.TryWrite(ReceivedIntervention.Parse(data));
        data = null;
        if (id is not null)
            _opened.TrySetResult();
    }
}
