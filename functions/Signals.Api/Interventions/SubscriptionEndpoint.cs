using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Signals.Api.Http;
using Signals.Engine.Definitions;

namespace Signals.Api.Interventions;

/// <summary>The event stream <c>GET /api/v1/interventions</c> (spec signals-api 11.1).</summary>
internal sealed partial class SubscriptionEndpoint(
    IDefinitionSource definitions,
    SubscriptionOptions options,
    ClientLimits limits,
    SubscriptionTokens tokens,
    SubscriptionHub hub,
    SubscriptionBacklog backlog,
    HubPresence presence,
    SubscriptionMetrics metrics,
    TimeProvider time,
    ILogger<SubscriptionEndpoint> log)
{
    private static readonly TimeSpan AnnouncementTime = TimeSpan.FromSeconds(1);

    /// <summary>(1) Check what is asked for, (2) count the client, (3) open the stream and hold it until it ends.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        if (!SubscriptionQuery.TryRead(context.Request.Query, definitions.Current, options, out var keys, out var error))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        if (options.RequireToken && !await tokens.IsValidAsync(context.Request.Query[SubscriptionQuery.Token].ToString(), keys, context.RequestAborted))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status401Unauthorized, "Invalid or expired subscription token");
            return;
        }
        var address = limits.AddressOf(context);
        if (limits.Enter(address) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }
        try
        {
            await AnnounceAsync(context.RequestAborted);
            await StreamAsync(context, [.. keys]);
        }
        finally
        {
            limits.Leave(address);
        }
    }

    private async Task StreamAsync(HttpContext context, SubscriptionKey[] keys)
    {
        var end = SubscriptionEnd.Failure;
        var subscription = new Subscription(keys, context.Response.BodyWriter, context.Abort, options, time);
        hub.Open(subscription);
        metrics.Opened();
        try
        {
            await using var left = context.RequestAborted.UnsafeRegister(
                static state => ((Subscription)state!).End(SubscriptionEnd.Client), subscription);
            Prepare(context);
            if (await BeginAsync(context, subscription))
                await subscription.WriteUntilEndAsync(metrics);
            // Nothing can be written any more, and nobody here has ended it: the client has.
            end = SubscriptionEnd.Client;
        }
        finally
        {
            hub.Close(subscription);
            metrics.Ended(subscription.End(end));
        }
    }

    private static void Prepare(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache";
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Slow readers are found, and counted, here.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    /// <summary>Opens the stream at once, gives the client what it missed, and says where it stands. False when it has left.</summary>
    private async ValueTask<bool> BeginAsync(HttpContext context, Subscription subscription)
    {
        if (!TryReadPosition(context.Request, out var position))
        {
            var now = hub.Listen(subscription);
            return await subscription.WriteAsync((byte[])[.. EventStreamFrame.Connected.Span, .. EventStreamFrame.Position(now)]);
        }
        return await subscription.WriteAsync(EventStreamFrame.Connected)
            && await backlog.WriteAsync(subscription, position, context.RequestAborted) is { } end
            && await subscription.WriteAsync(EventStreamFrame.Position(end));
    }

    /// <summary>Where the client stands. Anything that was not given out here counts as none.</summary>
    private static bool TryReadPosition(HttpRequest request, out long position) =>
        long.TryParse(request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out position);

    /// <summary>A push from another process waits for this one from now on. Without that the stream still works.</summary>
    private async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await presence.AnnounceAsync(cancellationToken).AsTask().WaitAsync(AnnouncementTime, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            AnnouncementFailed(log, exception);
        }
    }

    private Task RefuseAsync(HttpContext context, int status)
    {
        var perAddress = status == StatusCodes.Status429TooManyRequests;
        metrics.Refused(perAddress ? "address" : "total");
        context.Response.Headers.RetryAfter = "10";
        var text = perAddress
            ? $"At most {options.MaxPerAddress} subscriptions per client address are allowed"
            : "Too many subscriptions are open; try again";
        return ApiErrors.WriteErrorAsync(context, status, text);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Other processes could not be told that this one holds subscriptions.")]
    private static partial void AnnouncementFailed(ILogger log, Exception exception);
}
