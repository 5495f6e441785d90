using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Signals.Api.Tests.Interventions;

/// <summary>A request that a webhook got.</summary>
public sealed record ReceivedPost(string Path, string Body, string Delivery, string Signature, string ContentType, string UserAgent);

/// <summary>A server that takes what is posted to it and answers as the test says.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<ReceivedPost> _posts = [];

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>Asked for the status of each answer, with the number of posts so far.</summary>
    public Func<int, int> Answer { get; set; } = _ => 200;

    /// <summary>Awaited before each answer.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Uri Url => new(_app.Urls.Single());

    public IReadOnlyList<ReceivedPost> Posts
    {
        get
        {
            lock (_posts)
                return [.. _posts];
        }
    }

    public static async Task<WebhookReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new WebhookReceiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers;
        int count;
        lock (_posts)
        {
            _posts.Add(new ReceivedPost(
                context.Request.Path + context.Request.QueryString, body, headers["X-Signals-Delivery"].ToString(),
                headers["X-Signals-Signature"].ToString(), context.Request.ContentType ?? "", headers.UserAgent.ToString()));
            count = _posts.Count;
        }
        await Gate;
        context.Response.StatusCode = Answer(count);
        if (context.Response.StatusCode is >= 300 and <= 399)
            context.Response.Headers.Location = "/elsewhere";
    }
}
