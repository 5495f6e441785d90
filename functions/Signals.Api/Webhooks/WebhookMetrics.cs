using System.Diagnostics.Metrics;
using Signals.Engine.Attributes;

namespace Signals.Api.Webhooks;

/// <summary>What the webhooks measure, under the meter <c>Signals.Functions</c>.</summary>
internal sealed class WebhookMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _attempts;

    public WebhookMetrics(IMeterFactory? factory = null)
    {
        _meter = factory?.Create(StreamingMetrics.MeterName) ?? new Meter(StreamingMetrics.MeterName);
        _attempts = _meter.CreateCounter<long>(
            "signals.webhooks.attempts", "{attempt}", "Deliveries to webhooks by outcome: delivered, failed (tried again later), dead, expired");
    }

    public void Delivered() => Add("delivered");

    public void Failed() => Add("failed");

    public void Dead() => Add("dead");

    public void Expired() => Add("expired");

    public void Dispose() => _meter.Dispose();

    private void Add(string outcome) => _attempts.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
