using System.Runtime.InteropServices;
using Signals.Api.Ingest;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;

namespace Signals.Functions.Local.Replay;

/// <summary>
/// Puts events straight into the log of a data folder and runs the streaming engine over it, unless a running instance on
/// the same folder does so already.
/// </summary>
internal sealed class LocalReplayTarget : IReplayTarget
{
    /// <summary>Records the engine may be behind before the replay waits for it, so that the log stays small.</summary>
    private const long MaxWaiting = 100_000;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly LocalData _data;
    private readonly DefinitionRegistry _registry;
    private readonly IdentityConfigurationRegistry _identities;
    private readonly IHost _host;
    private readonly IEventLog _log;
    private readonly IEventSink _sink;
    private readonly Dictionary<UploadFormat, Upload> _uploads = [];

    private LocalReplayTarget(LocalData data, DefinitionRegistry registry, IdentityConfigurationRegistry identities, IHost host)
    {
        (_data, _registry, _identities, _host) = (data, registry, identities, host);
        _log = host.Services.GetRequiredService<IEventLog>();
        _sink = host.Services.GetRequiredService<IEventSink>();
    }

    /// <summary>Opens the data folder and starts the engine.</summary>
    /// <exception cref="SettingException">The data cannot be opened.</exception>
    public static async Task<LocalReplayTarget> OpenAsync(LocalSettings settings, CancellationToken cancellationToken)
    {
        var data = await LocalData.OpenAsync(settings, cancellationToken);
        var registry = await DefinitionRegistry.OpenAsync(data.Definitions, TimeProvider.System, cancellationToken);
        var identities = await IdentityServices.OpenAsync(data.Definitions, settings.IdentityConfigurationFile, cancellationToken);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        data.AddTo(builder.Services, settings.EventLog);
        builder.Services.AddStreaming(registry, identities, settings.Interventions);
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new LocalReplayTarget(data, registry, identities, host);
    }

    /// <inheritdoc />
    public async Task SendAsync(ReadOnlyMemory<byte> block, UploadFormat format, ReplayProgress progress, CancellationToken cancellationToken)
    {
        await WaitAsync(MaxWaiting, progress, cancellationToken);
        // One for all blocks: its buffers are reused.
        if (!_uploads.TryGetValue(format, out var upload))
            _uploads[format] = upload = new Upload(_sink, format, TimeProvider.System);
        var (accepted, bad) = (upload.Accepted, upload.Bad);
        await upload.TakeAsync(AsStream(block), long.MaxValue, cancellationToken);
        progress.Add(upload.Accepted - accepted, upload.Bad - bad);
    }

    /// <inheritdoc />
    public Task FinishAsync(ReplayProgress progress, CancellationToken cancellationToken) => WaitAsync(0, progress, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _registry.Dispose();
        _identities.Dispose();
        await _data.DisposeAsync();
    }

    private static MemoryStream AsStream(ReadOnlyMemory<byte> block) =>
        MemoryMarshal.TryGetArray(block, out var bytes)
            ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream(block.ToArray(), writable: false);

    /// <summary>Waits until of the records that are in the log now at most so many are left to be processed.</summary>
    private async Task WaitAsync(long atMost, ReplayProgress progress, CancellationToken cancellationToken)
    {
        // In this order: what has left the first partition has arrived in the next.
        foreach (var partition in _log.Partitions)
            await WaitAsync(partition, atMost, progress, cancellationToken);
    }

    private async Task WaitAsync(int partition, long atMost, ReplayProgress progress, CancellationToken cancellationToken)
    {
        var end = await _log.ReadEndAsync(partition, cancellationToken);
        while (true)
        {
            var waiting = Math.Max(0, end - await _log.ReadCheckpointAsync(partition, cancellationToken));
            progress.SetWaiting(waiting);
            if (waiting <= atMost)
                return;
            await Task.Delay(Poll, cancellationToken);
        }
    }
}
