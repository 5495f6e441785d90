using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Api.Serving;
using Signals.Engine.Access;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>Erases people (spec identities, 13), at Snowplow's path and at one beside the others.</summary>
internal static class ErasureEndpoints
{
    private const int MaxInputs = 100;
    private const int MaxBytes = 256 * 1024;

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])["/erasure", IdentityEndpoints.Root + "/erasure"])
            app.MapPost(path, EraseAsync).RequireScope(AccessScopes.ProfilesDelete)
                .Describe(IdentityEndpoints.Tag, $"Erases the people behind up to {MaxInputs} identifiers and Snowplow IDs: ids, identifiers and links. Events are not touched.")
                .Takes<ErasureBody>().Answers<ErasureAnswer>().Refuses(400, 500, 503);
    }

    private static async Task EraseAsync(HttpContext context)
    {
        var (body, error) = await ReadAsync(context);
        if (body is null)
        {
            await ApiErrors.WriteAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        var plan = context.Configurations().Current;
        List<Input> inputs = [.. (body.Identifiers ?? []).Select(one => Input.Of(one, plan)), .. (body.SnowplowIds ?? []).Select(Input.Of)];
        var request = new ErasureRequest
        {
            Inputs = [.. inputs.Where(input => input.Asked is not null).Select(input => input.Asked!)],
            IsDryRun = body.DryRun,
            IsForced = body.Force,
            Caller = context.Features.Get<AccessGrant>()!.Subject,
        };
        var report = await context.RequestServices.GetRequiredService<PersonErasure>().EraseAsync(request, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        Write(answer.Writer, inputs, report, body.DryRun);
        await answer.SendAsync(context);
    }

    private static async ValueTask<(ErasureBody? Body, string Error)> ReadAsync(HttpContext context)
    {
        try
        {
            using var json = await RequestBody.ReadAsync(context, MaxBytes);
            if (!ServingBody.TryRead(json.Bytes.Span, IdentityBodies.Default.ErasureBody, out var body, out var error))
                return (null, error);
            var count = (body.Identifiers?.Count ?? 0) + (body.SnowplowIds?.Count ?? 0);
            return count is >= 1 and <= MaxInputs ? (body, "") : (null, $"expected 1 to {MaxInputs} identifiers and snowplow_ids together, not {count}");
        }
        catch (BadHttpRequestException refusal)
        {
            // Snowplow's API says 400 to a body that is too large, too.
            return (null, refusal.Message);
        }
    }

    private static void Write(Utf8JsonWriter writer, List<Input> inputs, ErasureReport report, bool isDryRun)
    {
        var outcomes = new Queue<ErasureOutcome>(report.Outcomes);
        var results = inputs.Select(input => (Input: input, Outcome: input.Refusal ?? outcomes.Dequeue())).ToList();
        writer.WriteStartObject();
        writer.WriteString("operation_id", report.OperationId);
        writer.WriteStartArray("successful");
        foreach (var (input, outcome) in results)
            if (outcome is ErasureOutcome.Erased erased)
                WriteErased(writer, input, erased);
        writer.WriteEndArray();
        writer.WriteStartArray("not_found");
        foreach (var (input, outcome) in results)
            if (outcome is ErasureOutcome.NotFound)
                input.Write(writer);
        writer.WriteEndArray();
        writer.WriteStartArray("failed");
        foreach (var (input, outcome) in results)
            if (outcome is ErasureOutcome.Failed failed)
                WriteFailed(writer, input, failed);
        writer.WriteEndArray();
        writer.WriteStartObject("totals");
        writer.WriteNumber("snowplow_ids_affected", report.Ids);
        writer.WriteNumber("identifiers_affected", report.Identifiers);
        writer.WriteEndObject();
        writer.WriteBoolean("dry_run", isDryRun);
        writer.WriteEndObject();
    }

    private static void WriteErased(Utf8JsonWriter writer, Input input, ErasureOutcome.Erased erased)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("request");
        input.Write(writer);
        writer.WriteStartObject("result");
        writer.WriteStartArray("snowplow_ids");
        foreach (var id in erased.Ids)
            writer.WriteStringValue(id.ToString());
        writer.WriteEndArray();
        writer.WriteNumber("identifiers_affected", erased.Identifiers);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteFailed(Utf8JsonWriter writer, Input input, ErasureOutcome.Failed failed)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("request");
        input.Write(writer);
        writer.WriteStartObject("error");
        writer.WriteString("code", failed.Code);
        writer.WriteString("message", failed.Message);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>One input as it was sent, and what is asked of the graph; a refusal when it asks for nothing.</summary>
    private sealed record Input(string? Type, string? Value, string? Id, ErasureInput? Asked, ErasureOutcome? Refusal)
    {
        public static Input Of(IdentifierBody? one, IdentifierPlan plan) =>
            string.IsNullOrWhiteSpace(one?.Type) || string.IsNullOrWhiteSpace(one.Value)
                ? new Input(one?.Type, one?.Value, null, null, new ErasureOutcome.Failed("validation_error", "missing type or value"))
                : new Input(one.Type, one.Value, null, new ErasureInput(plan.Normalise(one.Type, one.Value), null), null);

        public static Input Of(string? id) => SnowplowId.TryParse(id, out var parsed)
            ? new Input(null, null, id, new ErasureInput(null, parsed), null)
            : new Input(null, null, id ?? "", null, new ErasureOutcome.Failed("validation_error", "not a Snowplow ID: expected sp_ and 26 base32 characters"));

        public void Write(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            if (Id is not null)
            {
                writer.WriteString("snowplow_id", Id);
            }
            else
            {
                writer.WriteString("type", Type);
                writer.WriteString("value", Value);
            }
            writer.WriteEndObject();
        }
    }
}
