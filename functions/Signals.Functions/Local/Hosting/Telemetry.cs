using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Signals.Engine.Attributes;

namespace Signals.Functions.Local.Hosting;

/// <summary>Sends metrics by OTLP, when there is somebody to send them to.</summary>
internal static class Telemetry
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Starts the exporter when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; it goes on until disposed. Null when it is not.</summary>
    /// <exception cref="SettingException">The variable is no address.</exception>
    public static MeterProvider? Start()
    {
        var endpoint = Environment.GetEnvironmentVariable(EndpointVariable);
        if (string.IsNullOrEmpty(endpoint))
            return null;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new SettingException($"{EndpointVariable}: expected an address such as http://127.0.0.1:4317, not '{endpoint}'.");
        return Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("signals-functions"))
            .AddMeter(StreamingMetrics.MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddOtlpExporter()
            .Build();
    }
}
