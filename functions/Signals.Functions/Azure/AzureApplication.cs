using Azure.Core;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.Builder;
using OpenTelemetry.Metrics;
using Signals.Functions.Cloud;
using Signals.Functions.Hosting;

namespace Signals.Functions.Azure;

/// <summary>The Function App: settings, stores, definitions, then the worker with the triggers of this folder.</summary>
public static class AzureApplication
{
    private const string MonitorVariable = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>Runs until the platform asks it to stop. The exit code is 1 when it cannot start as it was told to; the reason is written first.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var builder = FunctionsApplication.CreateBuilder(args);
            builder.ConfigureFunctionsWebApplication();
            var settings = CloudSettings.From(builder.Configuration);
            var credential = new DefaultAzureCredential();
            using var start = await CloudStart.OpenAsync(settings, credential, CancellationToken.None);
            start.AddTo(builder.Services);
            using var telemetry = Telemetry.Start(MonitorOf(credential));
            using var host = builder.Build();
            await host.RunAsync();
            return 0;
        }
        catch (SettingException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    /// <summary>Sends to Application Insights, as the identity of the process, when the platform says where that is.</summary>
    private static Action<MeterProviderBuilder>? MonitorOf(TokenCredential credential) =>
        Environment.GetEnvironmentVariable(MonitorVariable) is { Length: > 0 } connection
            ? builder => builder.AddAzureMonitorMetricExporter(options => options.ConnectionString = connection, credential)
            : null;
}
