using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Signals.Engine.Attributes;

namespace Signals.Functions.Hosting;

/// <summary>Sends metrics, when there is somebody to send them to.</summary>
internal static class Telemetry
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Starts to send by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; it goes on until disposed. Null when there is nobody to send to.
    /// </summary>
    /// <param name="other">Adds another receiver; null for none.</param>
    /// <exception cref="SettingException">The variable is no address.</exception>
    public static MeterProvider? Start(Action<MeterProviderBuilder>? other = null)
    {
        var endpoint = Environment.GetEnvironmentVariable(EndpointVariable);
        var hasEndpoint = !string.IsNullOrEmpty(endpoint);
        if (!hasEndpoint && other is null)
            return null;
        if (hasEndpoint && (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            throw new SettingException($"{EndpointVariable}: expected an address such as http://127.0.0.1:4317, not '{endpoint}'.");
        var provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("signals-functions"))
            .AddMeter(StreamingMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime");
        if (hasEndpoint)
            provider.AddOtlpExporter();
        other?.Invoke(provider);
        return provider.Build();
    }
}
