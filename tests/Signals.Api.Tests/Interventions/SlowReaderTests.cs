using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Interventions;
using Signals.Engine.Attributes;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class SlowReaderTests
{
    private const string Query = "?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5";

    [Fact]
    public async Task A_slow_reader_is_cut_off_with_a_counted_reason_while_others_get_everything()
    {
        await using var site = await StartAsync(new SubscriptionOptions { MaxWaitingMessages = 16 });
        using var measured = new Measurements(site, "signals.sse.disconnects");
        await using var good = await EventStream.OpenReadyAsync(site.Host, Query);
        using var slow = await ConnectWithoutReadingAsync(site.Host.Url);
        var text = new Dictionary<string, string> { ["text"] = new('x', 60_000) };

        // What the operating system takes on behalf of the slow reader is a few megabytes.
        for (var sent = 0; measured.Count("slow_reader") == 0; sent++)
        {
            Assert.InRange(sent, 0, 5000);
            var message = await site.SendAsync(Ann, one => one with { Attributes = text });
            Assert.Equal(message.InterventionId, (await good.ReadMessageAsync())!.InterventionId);
        }

        Assert.Equal(1, measured.Count("slow_reader"));
        var last = await site.SendAsync(Ann);
        Assert.Equal(last.InterventionId, (await good.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    public async Task A_reader_who_takes_nothing_for_too_long_is_cut_off()
    {
        await using var site = await StartAsync(new SubscriptionOptions { MaxStall = TimeSpan.FromSeconds(1), KeepAlive = TimeSpan.FromMilliseconds(300) });
        using var measured = new Measurements(site, "signals.sse.disconnects");
        using var slow = await ConnectWithoutReadingAsync(site.Host.Url);
        var text = new Dictionary<string, string> { ["text"] = new('x', 60_000) };

        for (var i = 0; i < 200; i++)
            await site.SendAsync(Ann, message => message with { Attributes = text });

        await Eventually.HoldsAsync(() => measured.Count("slow_reader") == 1);
    }

    [Fact]
    public async Task A_client_who_leaves_is_counted_as_such()
    {
        await using var site = await StartAsync();
        using var measured = new Measurements(site, "signals.sse.disconnects");
        var stream = await EventStream.OpenReadyAsync(site.Host, Query);

        await stream.DisposeAsync();

        await Eventually.HoldsAsync(() => measured.Count("client") == 1);
    }

    private static async Task<Socket> ConnectWithoutReadingAsync(Uri url)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(IPAddress.Loopback, url.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/interventions{Query} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var buffer = new byte[4096];
        var received = "";
        while (!received.Contains(": connected", StringComparison.Ordinal))
            received += Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
        return socket;
    }

    /// <summary>Counts what an instrument of the product measures, by reason.</summary>
    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _counts = [];

        public Measurements(InterventionSite site, string instrument)
        {
            var scope = site.Host.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (published, listener) =>
            {
                if (published.Meter.Scope == scope && published.Meter.Name == StreamingMetrics.MeterName && published.Name == instrument)
                    listener.EnableMeasurementEvents(published);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            {
                lock (_counts)
                {
                    var reason = (string)tags[0].Value!;
                    _counts[reason] = _counts.GetValueOrDefault(reason) + value;
                }
            });
            _listener.Start();
        }

        public long Count(string reason)
        {
            lock (_counts)
                return _counts.GetValueOrDefault(reason);
        }

        public void Dispose() => _listener.Dispose();
    }
}
