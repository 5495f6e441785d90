using System.Diagnostics.Metrics;
using Signals.Engine.Attributes;

namespace Signals.Api.Interventions;

/// <summary>Why a subscription ended.</summary>
internal enum SubscriptionEnd
{
    /// <summary>The client went away, or its connection broke.</summary>
    Client,

    /// <summary>The client did not read what was sent to it.</summary>
    SlowReader,

    /// <summary>This process stops.</summary>
    Shutdown,

    /// <summary>The backlog could not be read.</summary>
    Failure,
}

/// <summary>What the subscriptions measure, under the meter <c>Signals.Functions</c>.</summary>
internal sealed class SubscriptionMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _refused;

    public SubscriptionMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(StreamingMetrics.MeterName) ?? new Meter(StreamingMetrics.MeterName);
        _connections = _meter.CreateUpDownCounter<int>("signals.sse.connections", "{connection}", "Open subscriptions");
        _messages = _meter.CreateCounter<long>("signals.sse.messages", "{message}", "Interventions written to subscriptions");
        _disconnects = _meter.CreateCounter<long>("signals.sse.disconnects", "{connection}", "Subscriptions that ended, by reason");
        _refused = _meter.CreateCounter<long>("signals.sse.refused", "{connection}", "Subscriptions that were refused for a limit, by limit");
    }

    public void Opened() => _connections.Add(1);

    public void Written(int messages) => _messages.Add(messages);

    public void Ended(SubscriptionEnd reason)
    {
        _connections.Add(-1);
        _disconnects.Add(1, new KeyValuePair<string, object?>("reason", NameOf(reason)));
    }

    public void Refused(string limit) => _refused.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void Dispose() => _meter.Dispose();

    private static string NameOf(SubscriptionEnd reason) => reason switch
    {
        SubscriptionEnd.Client => "client",
        SubscriptionEnd.SlowReader => "slow_reader",
        SubscriptionEnd.Shutdown => "shutdown",
        _ => "failure",
    };
}
