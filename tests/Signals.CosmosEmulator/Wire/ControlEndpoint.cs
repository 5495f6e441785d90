using System.Text.Json;
using System.Text.Json.Serialization;
using Signals.CosmosEmulator.Faults;

namespace Signals.CosmosEmulator.Wire;

/// <summary>
/// Orders faults and reads counters over HTTP, for tests in another process. <c>POST /_faults</c> takes an order, <c>DELETE /_faults</c>
/// forgets all; <c>GET /_counters</c> reads what was asked and what it cost, <c>DELETE /_counters</c> begins anew.
/// </summary>
internal static class ControlEndpoint
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private sealed record OrderBody(string Fault)
    {
        public int Status { get; init; } = 503;
        public int SubStatus { get; init; }
        public int RetryAfterMs { get; init; }
        public string? Container { get; init; }
        public IReadOnlyList<CosmosOperation> Operations { get; init; } = [];
        public string? IdPrefix { get; init; }
        public int Skip { get; init; }
        public int? Count { get; init; }
        public double Share { get; init; } = 1;
        public ulong Seed { get; init; }
    }

    public static void Map(IApplicationBuilder web, FaultPlan faults, OperationMeter meter)
    {
        web.Map("/_faults", branch => branch.Run(context => HandleFaultsAsync(context, faults)));
        web.Map("/_counters", branch => branch.Run(context => HandleCountersAsync(context, meter)));
    }

    private static async Task HandleFaultsAsync(HttpContext context, FaultPlan faults)
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        switch (context.Request.Method)
        {
            case "POST":
                await OrderAsync(context, faults);
                break;
            case "DELETE":
                faults.Clear();
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                break;
        }
    }

    private static async Task OrderAsync(HttpContext context, FaultPlan faults)
    {
        try
        {
            var body = await context.Request.ReadFromJsonAsync<OrderBody>(Json, context.RequestAborted) ?? throw new JsonException("The order is null.");
            faults.Order(ToOrder(body));
        }
        catch (JsonException invalid)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { detail = invalid.Message }, context.RequestAborted);
        }
    }

    private static async Task HandleCountersAsync(HttpContext context, OperationMeter meter)
    {
        switch (context.Request.Method)
        {
            case "GET":
                await context.Response.WriteAsJsonAsync(meter.Read(), Json, context.RequestAborted);
                break;
            case "DELETE":
                meter.Reset();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                break;
        }
    }

    private static FaultOrder ToOrder(OrderBody body) => new(ToFault(body))
    {
        Container = body.Container,
        Operations = body.Operations,
        IdPrefix = body.IdPrefix,
        Skip = body.Skip,
        Count = body.Count,
        Share = body.Share,
        Seed = body.Seed,
    };

    private static Fault ToFault(OrderBody body) => body.Fault switch
    {
        nameof(Fault.TooManyRequests) => Fault.TooManyRequests(TimeSpan.FromMilliseconds(body.RetryAfterMs)),
        nameof(Fault.Status) => Fault.Status(body.Status, body.SubStatus),
        nameof(Fault.Silence) => Fault.Silence,
        nameof(Fault.ConnectionReset) => Fault.ConnectionReset,
        nameof(Fault.ReplyLost) => Fault.ReplyLost,
        nameof(Fault.ReplySilent) => Fault.ReplySilent,
        nameof(Fault.ReplyReplaced) => Fault.ReplyReplaced(body.Status, body.SubStatus),
        nameof(Fault.RaceLost) => Fault.RaceLost,
        nameof(Fault.StaleRead) => Fault.StaleRead,
        _ => throw new JsonException($"There is no fault '{body.Fault}'."),
    };
}
