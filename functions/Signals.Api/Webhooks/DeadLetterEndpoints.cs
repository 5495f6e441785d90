using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Api.Webhooks;

/// <summary>Deliveries to a webhook that were given up: looking at them, and trying them again.</summary>
internal static class DeadLetterEndpoints
{
    private const string Tag = "Webhooks";
    private const string DeadLetters = "/api/v1/webhooks/{name}/dead-letters";
    private const int DefaultLimit = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(DeadLetters, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "The deliveries of a webhook that were given up, newest first.")
            .TakesQuery("limit", $"How many, 1 to {IWebhookStore.MaxDeadLetters}; {DefaultLimit} when absent.", JsonValueKind.Number)
            .Answers<DeadLetterList>().Refuses(404, 422);
        app.MapPost(DeadLetters + "/retry", RetryAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Makes deliveries that were given up due again, all or those that the body names.")
            .Takes<RetryBody>().Answers<RetryAnswer>().Refuses(404, 422);
    }

    private static async Task ListAsync(HttpContext context)
    {
        if (await WebhookEndpoints.FindAsync(context) is not { } webhook)
        {
            await WebhookEndpoints.RefuseMissingAsync(context);
            return;
        }
        if (!TryReadLimit(context.Request.Query["limit"].ToString(), out var limit))
        {
            var errors = new FieldErrors();
            errors.Add(FieldPath.QueryParameter("limit"), "int_parsing", $"Input should be an integer from 1 to {IWebhookStore.MaxDeadLetters}");
            await context.RefuseAsync(errors.Kept);
            return;
        }
        var letters = await WebhookEndpoints.Store(context).ReadDeadLettersAsync(webhook.Name, limit, context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("dead_letters");
        foreach (var letter in letters)
            Write(answer.Writer, webhook, letter);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static void Write(Utf8JsonWriter writer, WebhookDefinition webhook, DeadLetter letter)
    {
        writer.WriteStartObject();
        writer.WriteString("delivery", WebhookClient.DeliveryId(webhook, letter.Delivery));
        writer.WriteNumber("sequence", letter.Delivery.Sequence);
        writer.WriteNumber("attempts", letter.Delivery.Attempts);
        writer.WriteString("failed_at", letter.FailedAt.UtcDateTime);
        writer.WriteString("error", letter.Error);
        writer.WritePropertyName("message");
        writer.WriteRawValue(letter.Delivery.Body.Span);
        writer.WriteEndObject();
    }

    private static async Task RetryAsync(HttpContext context)
    {
        if (await WebhookEndpoints.FindAsync(context) is not { } webhook)
        {
            await WebhookEndpoints.RefuseMissingAsync(context);
            return;
        }
        using var body = await RequestBody.ReadJsonAsync(context, context.RequestServices.GetRequiredService<SignalsApiOptions>());
        if (!TryReadSequences(body.Bytes, out var sequences))
        {
            var errors = new FieldErrors();
            errors.Add(FieldPath.Body.At("sequences"), "list_type", $"Input should be a list of up to {IWebhookStore.MaxDeadLetters} integers");
            await context.RefuseAsync(errors.Kept);
            return;
        }
        var retried = await WebhookEndpoints.Store(context).RetryDeadLettersAsync(webhook.Name, sequences, context.RequestAborted);
        await context.AnswerAsync(new RetryAnswer(retried), WebhookBodies.Default.RetryAnswer);
    }

    private static bool TryReadLimit(string text, out int limit)
    {
        limit = DefaultLimit;
        return text.Length == 0
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= IWebhookStore.MaxDeadLetters);
    }

    /// <summary>An absent body, an absent list and null mean all.</summary>
    private static bool TryReadSequences(ReadOnlyMemory<byte> json, out IReadOnlyList<long>? sequences)
    {
        sequences = null;
        if (json.Length == 0)
            return true;
        if (!JsonBody.TryParse(json, out var body, out _) || body.ValueKind != JsonValueKind.Object)
            return false;
        if (!body.TryGetProperty("sequences", out var given) || given.ValueKind == JsonValueKind.Null)
            return true;
        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() > IWebhookStore.MaxDeadLetters)
            return false;
        var read = new List<long>();
        foreach (var item in given.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var sequence))
                return false;
            read.Add(sequence);
        }
        sequences = read;
        return true;
    }
}
