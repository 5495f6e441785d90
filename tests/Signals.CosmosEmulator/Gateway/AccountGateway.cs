using System.Globalization;
using Signals.CosmosEmulator.Faults;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>Answers requests: 1. who asks, 2. what is asked, 3. which fault was ordered, 4. is there throughput left, 5. do it, 6. count it.</summary>
internal sealed class AccountGateway(Account account, FaultPlan faults, OperationMeter meter)
{
    private const int ThroughputExceeded = 3200;
    private readonly Router _router = new(account);

    public async Task<GatewayResponse> HandleAsync(GatewayRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.Header("authorization")))
            return Complete(GatewayResponse.Error(401, "Required Header authorization is missing. Ensure a valid Authorization token is passed."), request);
        var call = await _router.RouteAsync(request);
        return Complete(await AnswerAsync(call, faults.Next(call.Call), cancellationToken), request);
    }

    private async Task<GatewayResponse> AnswerAsync(PreparedCall call, Fault? fault, CancellationToken cancellationToken)
    {
        if (fault is null) return await RunAsync(call, call.Run);
        if (fault.Before is { } before) await before(call.Call, cancellationToken);
        if (fault.LosesRace) call.LoseRace?.Invoke();
        if (fault.Runs)
        {
            var response = await RunAsync(call, fault.ReadsStale && call.RunStale is not null ? call.RunStale : call.Run);
            return fault.Reply is null ? response : await ReplyAsync(fault.Reply, cancellationToken);
        }

        meter.Count(call.Call, fault.Reply!.Status, 0);
        return await ReplyAsync(fault.Reply, cancellationToken);
    }

    private async Task<GatewayResponse> RunAsync(PreparedCall call, Func<ValueTask<GatewayResponse>> run)
    {
        var response = Throttle(call) ?? await run();
        call.Range?.Budget.Spend(response.Status == 429 ? 0 : response.Charge);
        meter.Count(call.Call, response.Status, response.Status == 429 ? 0 : response.Charge);
        return response;
    }

    private GatewayResponse? Throttle(PreparedCall call)
    {
        if (!account.Options.EnforceThroughput || call.Range is null || call.Container is not { } container) return null;
        var share = container.Offer.Throughput.UnitsPerSecond / (double)container.Ranges.Count;
        return call.Range.Budget.WaitFor(share) is { } wait ? TooManyRequests(wait, ThroughputExceeded) : null;
    }

    private static async Task<GatewayResponse> ReplyAsync(FaultReply reply, CancellationToken cancellationToken)
    {
        switch (reply.Kind)
        {
            case FaultReplyKind.ConnectionReset:
                throw new ReplyLostException();
            case FaultReplyKind.Silence:
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                throw new ReplyLostException();
            default:
                return reply.Status == 429
                    ? TooManyRequests(reply.RetryAfter, reply.SubStatus)
                    : GatewayResponse.Error(reply.Status, "A fault that a test ordered.", reply.SubStatus);
        }
    }

    private static GatewayResponse TooManyRequests(TimeSpan wait, int subStatus) =>
        GatewayResponse.Error(429, "The request rate is too large. Please retry after sometime.", subStatus)
            .With("x-ms-retry-after-ms", Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

    private static GatewayResponse Complete(GatewayResponse response, GatewayRequest request) => response
        .With("x-ms-request-charge", Math.Round(response.Charge, 2).ToString(CultureInfo.InvariantCulture))
        .With("x-ms-activity-id", request.Header("x-ms-activity-id") ?? Guid.Empty.ToString())
        .With("x-ms-gatewayversion", "version=2.14.0")
        .With("x-ms-serviceversion", "version=2.14.0.0");
}
