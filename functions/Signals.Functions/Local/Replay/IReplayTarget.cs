using Signals.Api.Ingest;

namespace Signals.Functions.Local.Replay;

/// <summary>Where a replay sends its events.</summary>
internal interface IReplayTarget : IAsyncDisposable
{
    /// <summary>Sends a block of lines; returns once they are durable and counted.</summary>
    Task SendAsync(ReadOnlyMemory<byte> block, UploadFormat format, ReplayProgress progress, CancellationToken cancellationToken);

    /// <summary>Waits until what was sent has reached the profiles, as far as that can be known.</summary>
    Task FinishAsync(ReplayProgress progress, CancellationToken cancellationToken);
}
