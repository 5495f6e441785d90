using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Api.Health;

/// <summary>Says how the application is (spec signals-api 1.4): all open, all JSON.</summary>
internal static partial class HealthEndpoints
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(2);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", WriteIndexAsync).AllowWithoutToken();
        app.MapGet("/health-all", WriteHealthAllAsync).AllowWithoutToken()
            .Describe("Health", "The state of the dependencies, as SDK tooling reads it.")
            .Answers<HealthAnswer>();
        app.MapGet("/health/live", context => WriteStatusAsync(context, ok: true)).AllowWithoutToken()
            .Describe("Health", "Whether the process answers.").Answers<LivenessAnswer>();
        app.MapGet("/health/ready", WriteReadyAsync).AllowWithoutToken()
            .Describe("Health", "Whether every part does its work, how many events came in and what became of them, and what is still waiting.")
            .Answers<ReadinessAnswer>();
    }

    private static async Task WriteIndexAsync(HttpContext context)
    {
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("name", "Signals Functions");
        answer.Writer.WriteString("version", SignalsApi.Version);
        answer.Writer.WriteString("api", "/api/v1/");
        answer.Writer.WriteString("docs", "/docs/");
        answer.Writer.WriteString("openapi", "/openapi.json");
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task WriteStatusAsync(HttpContext context, bool ok)
    {
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status", TextOf(ok));
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task WriteHealthAllAsync(HttpContext context)
    {
        var results = await CheckAllAsync(context);
        var storage = results.Where(r => r.Name == StorageProbe.ProbeName).All(r => r.Readiness.Ready);
        var serving = results.Where(r => r.Name != StorageProbe.ProbeName).All(r => r.Readiness.Ready);
        SetStatus(context, storage && serving);

        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status", TextOf(storage && serving));
        answer.Writer.WriteStartObject("dependencies");
        answer.Writer.WriteString("storage", TextOf(storage));
        answer.Writer.WriteString("feature_server", TextOf(serving));
        answer.Writer.WriteEndObject();
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task WriteReadyAsync(HttpContext context)
    {
        var results = await CheckAllAsync(context);
        var ready = results.All(r => r.Readiness.Ready);
        SetStatus(context, ready);

        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("status", TextOf(ready));
        answer.Writer.WriteStartObject("checks");
        foreach (var (name, readiness) in results)
        {
            answer.Writer.WriteStartObject(name);
            answer.Writer.WriteString("status", TextOf(readiness.Ready));
            if (readiness.Detail is not null)
                answer.Writer.WriteString("detail", readiness.Detail);
            answer.Writer.WriteEndObject();
        }
        answer.Writer.WriteEndObject();
        WriteEvents(answer.Writer, context.RequestServices.GetRequiredService<StreamingMetrics>().Totals);
        // Where the log is a service of its own, that service says how much waits in it.
        if (context.RequestServices.GetService<IEventLog>() is { } log && results.All(r => r.Name != StorageProbe.ProbeName || r.Readiness.Ready))
            await WriteWaitingAsync(answer.Writer, log, context.RequestAborted);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static void WriteEvents(Utf8JsonWriter writer, StreamingCounts counts)
    {
        writer.WriteStartObject("events");
        writer.WriteNumber("in", counts.In);
        writer.WriteNumber("applied", counts.Applied);
        writer.WriteNumber("duplicate", counts.Duplicate);
        writer.WriteNumber("bad", counts.Bad);
        writer.WriteNumber("late", counts.Late);
        writer.WriteEndObject();
    }

    private static async Task WriteWaitingAsync(Utf8JsonWriter writer, IEventLog log, CancellationToken cancellationToken)
    {
        writer.WriteStartArray("waiting");
        foreach (var partition in log.Partitions)
        {
            // The checkpoint first: it may move between the two reads, and a difference must not come out negative.
            var done = await log.ReadCheckpointAsync(partition, cancellationToken);
            var end = await log.ReadEndAsync(partition, cancellationToken);
            writer.WriteNumberValue(end - done);
        }
        writer.WriteEndArray();
    }

    private static async Task<List<(string Name, Readiness Readiness)>> CheckAllAsync(HttpContext context)
    {
        var log = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(HealthEndpoints).FullName!);
        var results = new List<(string, Readiness)>();
        foreach (var probe in context.RequestServices.GetServices<IReadinessProbe>())
            results.Add((probe.Name, await CheckAsync(probe, log, context.RequestAborted)));
        return results;
    }

    private static async Task<Readiness> CheckAsync(IReadinessProbe probe, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            return await probe.CheckAsync(cancellationToken).AsTask().WaitAsync(ProbeTime, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            ProbeFailed(log, exception, probe.Name);
            return new Readiness(false, exception is TimeoutException ? "no answer in time" : "failed; see the log");
        }
    }

    private static void SetStatus(HttpContext context, bool ok) =>
        context.Response.StatusCode = ok ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static string TextOf(bool ok) => ok ? "ok" : "down";

    [LoggerMessage(Level = LogLevel.Warning, Message = "Readiness probe {Probe} failed.")]
    private static partial void ProbeFailed(ILogger log, Exception exception, string probe);
}
