using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Signals.Functions.Tests.EventHubs;

/// <summary>
/// The REST endpoint of an Event Hubs namespace, as its documentation describes the sending of batches to a partition, with its limits and
/// with faults to order.
/// </summary>
public sealed class FakeEventHubs : IAsyncDisposable
{
    /// <summary>Largest request: 1 MiB with the headers that the service puts around events.</summary>
    private const int MaxBytes = 1024 * 1024;
    private const int HeadersOfAnEvent = 50;

    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Hub, int Partition), List<Event>> _partitions = [];
    private readonly string _hub;
    private int _requests;

    private FakeEventHubs(WebApplication app, string hub) => (_app, _hub) = (app, hub);

    /// <summary>An event as a reader gets it.</summary>
    public sealed record Event(string Body, IReadOnlyDictionary<string, string> Properties);

    public Uri Address { get; private set; } = null!;

    /// <summary>What happens to the next requests, one entry each; when there is none a request is taken.</summary>
    public ConcurrentQueue<Func<HttpContext, Func<Task>, Task>> Faults { get; } = new();

    /// <summary>The tokens that requests came with.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    public int Requests => _requests;

    /// <summary>Starts a namespace with some hubs; what is asked without naming one is asked of the first.</summary>
    public static async Task<FakeEventHubs> StartAsync(params string[] hubs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var fake = new FakeEventHubs(app, hubs[0]);
        foreach (var hub in hubs)
            app.MapPost($"/{hub}/partitions/{{partition:int}}/messages", context => fake.AnswerAsync(context, hub));
        await app.StartAsync();
        fake.Address = new Uri(app.Urls.Single());
        return fake;
    }

    /// <summary>Answers with a status, and leaves nothing in the partition.</summary>
    public static Func<HttpContext, Func<Task>, Task> Status(int status, string? retryAfter = null) => (context, _) =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    /// <summary>Takes the events, and cuts the connection before the answer.</summary>
    public static async Task LoseAnswer(HttpContext context, Func<Task> take)
    {
        await take();
        context.Abort();
    }

    public IReadOnlyList<Event> EventsOf(int partition, string? hub = null)
    {
        lock (_gate)
            return [.. _partitions.GetValueOrDefault((hub ?? _hub, partition), [])];
    }

    /// <summary>All events, partition by partition.</summary>
    public IReadOnlyList<Event> Events => [.. Partitions.SelectMany(partition => EventsOf(partition))];

    /// <summary>The partitions that hold events.</summary>
    public IReadOnlyList<int> Partitions => PartitionsOf(_hub);

    /// <summary>The partitions of a hub that hold events.</summary>
    public IReadOnlyList<int> PartitionsOf(string hub)
    {
        lock (_gate)
            return [.. _partitions.Keys.Where(key => key.Hub == hub).Select(key => key.Partition).Order()];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, string hub)
    {
        Interlocked.Increment(ref _requests);
        Tokens.Enqueue(context.Request.Headers.Authorization.ToString());
        if (Faults.TryDequeue(out var fault))
            await fault(context, () => TakeAsync(context, hub));
        else
            await TakeAsync(context, hub);
    }

    private async Task TakeAsync(HttpContext context, string hub)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (!context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 401;
            return;
        }
        if (context.Request.ContentType != "application/vnd.microsoft.servicebus.json" || context.Request.Query["api-version"] != "2014-01")
        {
            context.Response.StatusCode = 400;
            return;
        }
        var events = Read(body.ToArray());
        if (body.Length + events.Count * HeadersOfAnEvent > MaxBytes)
        {
            context.Response.StatusCode = 413;
            return;
        }
        var partition = int.Parse((string)context.Request.RouteValues["partition"]!, CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (!_partitions.TryGetValue((hub, partition), out var stored))
                _partitions[(hub, partition)] = stored = [];
            stored.AddRange(events);
        }
        context.Response.StatusCode = 201;
    }

    private static List<Event> Read(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return [.. document.RootElement.EnumerateArray().Select(element => new Event(
            element.GetProperty("Body").GetString()!,
            element.TryGetProperty("UserProperties", out var properties)
                ? properties.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!)
                : new Dictionary<string, string>()))];
    }
}
