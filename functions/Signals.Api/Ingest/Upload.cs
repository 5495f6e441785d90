using Signals.Engine.Events;

namespace Signals.Api.Ingest;

/// <summary>How the events of an upload are written.</summary>
public enum UploadFormat
{
    /// <summary>Tab-separated values.</summary>
    Lines,

    /// <summary>Canonical JSON, one object a line.</summary>
    Json,
}

/// <summary>
/// Takes one body of enriched events into the log while it streams in. Two chunks take turns: while one is being made durable, the next one
/// fills.
/// </summary>
public sealed class Upload(IEventSink sink, UploadFormat format, TimeProvider time)
{
    private UploadChunk _filling = new(sink);
    private UploadChunk _appending = new(sink);
    private Task _append = Task.CompletedTask;

    /// <summary>Lines that are events and are durable in the log.</summary>
    public long Accepted { get; private set; }

    /// <summary>Lines that are durable in the log and will be bad rows.</summary>
    public long Bad { get; private set; }

    /// <summary>Takes every line of the body; returns once all are durable. When it fails, the counts say how far it came.</summary>
    public async Task TakeAsync(Stream body, long maxBytes, CancellationToken cancellationToken)
    {
        using var reader = new LineReader(body, maxBytes);
        try
        {
            bool more;
            do
            {
                more = await reader.FillAsync(cancellationToken);
                while (FillChunk(reader))
                    await TurnAsync();
            }
            while (more);
        }
        finally
        {
            await TurnAsync();
            await TurnAsync();
        }
    }

    /// <summary>Moves lines into the chunk; true when it is full.</summary>
    private bool FillChunk(LineReader reader)
    {
        while (!_filling.IsFull)
        {
            if (!reader.TryTake(out var line, out var tooLong))
                return false;
            if (tooLong > 0)
                _filling.AddTooLong(line, tooLong, time.GetUtcNow());
            else if (format == UploadFormat.Lines)
                _filling.AddLine(line);
            else
                _filling.AddJson(line, time.GetUtcNow());
        }
        return true;
    }

    /// <summary>Waits for the chunk that is being appended, and starts to append the other one.</summary>
    private async Task TurnAsync()
    {
        await _append;
        Accepted += _appending.Accepted;
        Bad += _appending.Bad;
        _appending.Clear();
        (_filling, _appending) = (_appending, _filling);
        _append = _appending.AppendAsync();
    }
}
