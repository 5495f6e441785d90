using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly;
using Polly.Retry;
using Signals.Api.Ingest;

namespace Signals.Functions.Local.Replay;

/// <summary>
/// Sends events to a running instance by <c>POST /enriched</c>. A block that was not answered is sent again: events that had
/// arrived already are recognised by their id.
/// </summary>
internal sealed class HttpReplayTarget : IReplayTarget
{
    private const int Attempts = 6;

    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public HttpReplayTarget(Uri address, string token)
    {
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(250),
                ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                    .Handle<HttpRequestException>()
                    .HandleResult(answer => answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests),
            })
            .Build();
    }

    /// <inheritdoc />
    /// <exception cref="HttpRequestException">The instance cannot be reached, or refuses the events.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> block, UploadFormat format, ReplayProgress progress, CancellationToken cancellationToken)
    {
        using var answer = await _pipeline.ExecuteAsync(async token => await PostAsync(block, format, token), cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            throw new HttpRequestException($"{_http.BaseAddress} refuses the token. Give the right one with --token.");
        if (!answer.IsSuccessStatusCode)
            throw new HttpRequestException($"{_http.BaseAddress}enriched answered {(int)answer.StatusCode}: {body}");
        using var counts = JsonDocument.Parse(body);
        progress.Add(counts.RootElement.GetProperty("accepted").GetInt64(), counts.RootElement.GetProperty("bad").GetInt64());
    }

    /// <inheritdoc />
    public Task FinishAsync(ReplayProgress progress, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<HttpResponseMessage> PostAsync(ReadOnlyMemory<byte> block, UploadFormat format, CancellationToken cancellationToken)
    {
        var content = new ReadOnlyMemoryContent(block);
        content.Headers.ContentType = new MediaTypeHeaderValue(format == UploadFormat.Json ? "application/x-ndjson" : "text/tab-separated-values");
        return await _http.PostAsync("enriched", content, cancellationToken);
    }
}
