using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Azure.Identity;
using Polly;
using Polly.Retry;
using Signals.Engine.Events;

namespace Signals.Functions.EventHubs;

/// <summary>
/// Sends events into the partitions of a hub, in order, over HTTPS: Event Hubs REST API, "Send partition event" with a batch
/// (https://learn.microsoft.com/rest/api/eventhub/send-batch-events). The partition is named, because a partition key would make a request
/// for every key of it.
/// </summary>
internal sealed class HubProducer : IDisposable
{
    private const int Attempts = 5;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly HubCredential _credential;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;
    private readonly string _hub;

    /// <summary>Makes a producer.</summary>
    /// <param name="namespaceAddress">Address of the Event Hubs namespace.</param>
    /// <param name="hub">Name of the hub.</param>
    /// <param name="credential">Who sends.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <param name="firstPause">The pause after a first failure; every further one is twice as long, at most five seconds.</param>
    public HubProducer(Uri namespaceAddress, string hub, HubCredential credential, TimeProvider time, TimeSpan? firstPause = null)
    {
        (_hub, _credential) = (hub, credential);
        var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false };
        _http = new HttpClient(handler) { BaseAddress = namespaceAddress, Timeout = TimeSpan.FromSeconds(30) };
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = firstPause ?? TimeSpan.FromMilliseconds(200),
                MaxDelay = LongestPause,
                ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
                    .Handle<HttpRequestException>()
                    .Handle<SocketException>()
                    .Handle<IOException>()
                    .Handle<TaskCanceledException>(error => error.InnerException is TimeoutException)
                    .HandleResult(answer => MayPass(answer.StatusCode)),
                DelayGenerator = attempt => ValueTask.FromResult(PauseAskedFor(attempt.Outcome.Result)),
                OnRetry = attempt =>
                {
                    attempt.Outcome.Result?.Dispose();
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    /// <summary>Sends events into a partition, in order; returns once they are durable. After a failure any part may be there.</summary>
    /// <param name="partition">Which partition, from 0.</param>
    /// <param name="events">The events.</param>
    /// <param name="instead">What to send in the place of an event that no request has room for; it has to be small.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StoreUnavailableException">The hub does not answer, throttles, or refuses the identity of this process.</exception>
    /// <exception cref="HttpRequestException">The hub refuses the request for another reason; the message says which.</exception>
    public async Task SendAsync(int partition, IReadOnlyList<HubEvent> events, Func<HubEvent, HubEvent> instead, CancellationToken cancellationToken)
    {
        var request = new HubRequest();
        foreach (var next in events)
        {
            if (request.TryAdd(next))
                continue;
            if (request.Count > 0)
                await SendAsync(partition, request, cancellationToken);
            if (!request.TryAdd(next))
                request.TryAdd(instead(next));
        }
        if (request.Count > 0)
            await SendAsync(partition, request, cancellationToken);
    }

    private async Task SendAsync(int partition, HubRequest request, CancellationToken cancellationToken)
    {
        request.Close();
        HttpResponseMessage answer;
        try
        {
            answer = await _pipeline.ExecuteAsync(async token => await PostAsync(partition, request, token), cancellationToken);
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or IOException or AuthenticationFailedException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw Unavailable(error, retryAfter: null);
        }
        using (answer)
        {
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                request.Clear();
                return;
            }
            var refusal = new HttpRequestException($"Event hub {_hub}, partition {partition}, answered {(int)answer.StatusCode} to {request.Count} events.");
            throw MayPass(answer.StatusCode) || answer.StatusCode is HttpStatusCode.Forbidden ? Unavailable(refusal, PauseAskedFor(answer)) : refusal;
        }
    }

    /// <summary>Looks whether a token for the hub can be had.</summary>
    /// <exception cref="StoreUnavailableException">It cannot.</exception>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _credential.GetHeaderAsync(cancellationToken);
        }
        catch (AuthenticationFailedException error)
        {
            throw Unavailable(error, retryAfter: null);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> PostAsync(int partition, HubRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"{_hub}/partitions/{partition}/messages?api-version=2014-01&timeout=25");
        message.Headers.Authorization = await _credential.GetHeaderAsync(cancellationToken);
        message.Content = new ReadOnlyMemoryContent(request.Content);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue(HubRequest.MediaType);
        var answer = await _http.SendAsync(message, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            _credential.Forget();
        return answer;
    }

    private StoreUnavailableException Unavailable(Exception error, TimeSpan? retryAfter) => new($"Event hub {_hub}", retryAfter, error);

    /// <summary>Whether the same request may be taken later. 401: a token may have been withdrawn, or a right is not everywhere yet.</summary>
    private static bool MayPass(HttpStatusCode status) =>
        status is HttpStatusCode.Unauthorized or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private static TimeSpan? PauseAskedFor(HttpResponseMessage? answer) =>
        answer?.Headers.RetryAfter?.Delta is { } asked ? (asked < LongestPause ? asked : LongestPause) : null;
}
