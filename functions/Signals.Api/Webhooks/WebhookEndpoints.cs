using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
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

/// <summary>Webhooks: servers that get interventions by HTTP POST (docs/interventions.md). Needs an <see cref="IWebhookStore"/>.</summary>
internal static class WebhookEndpoints
{
    private const string Tag = "Webhooks";
    private const string Webhooks = "/api/v1/registry/webhooks";
    private const string OneWebhook = Webhooks + "/{name}";
    private const int MaxWebhooks = 100;

    public static void AddServices(IServiceCollection services, WebhookOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<WebhookMetrics>();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WebhookBodies.Default));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Webhooks, CreateAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Makes a webhook. The answer is the only one that shows its secret.").Takes<WebhookBody>().Answers<WebhookResponse>().Refuses(400, 413, 422);
        app.MapGet(Webhooks, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "All webhooks.").Answers<IReadOnlyList<WebhookResponse>>();
        app.MapGet(OneWebhook, GetAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(Tag, "One webhook.").Answers<WebhookResponse>().Refuses(404);
        app.MapPut(OneWebhook, ReplaceAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Replaces a webhook, published or not; its secret stays unless the body has one.").Takes<WebhookBody>().Answers<WebhookResponse>().Refuses(404, 413, 422);
        app.MapDelete(OneWebhook, DeleteAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(Tag, "Removes a webhook and everything that waits for it.").Answers<OkResponse>().Refuses(404);
        DeadLetterEndpoints.Map(app);
    }

    private static async Task CreateAsync(HttpContext context)
    {
        if (await ReadAsync(context, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))) is not { } webhook)
            return;
        var store = Store(context);
        if ((await store.ListAsync(context.RequestAborted)).Count >= MaxWebhooks)
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status422UnprocessableEntity, $"At most {MaxWebhooks} webhooks are allowed");
        else if (await store.TryAddAsync(webhook, context.RequestAborted))
            await context.AnswerAsync(WebhookResponse.Of(webhook) with { Secret = webhook.Secret }, WebhookBodies.Default.WebhookResponse);
        else
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, $"Webhook '{webhook.Name}' already exists");
    }

    private static async Task ListAsync(HttpContext context)
    {
        var webhooks = await Store(context).ListAsync(context.RequestAborted);
        await context.AnswerAsync([.. webhooks.Select(webhook => WebhookResponse.Of(webhook.Definition))], WebhookBodies.Default.IReadOnlyListWebhookResponse);
    }

    private static async Task GetAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } webhook)
            await context.AnswerAsync(WebhookResponse.Of(webhook), WebhookBodies.Default.WebhookResponse);
        else
            await RefuseMissingAsync(context);
    }

    private static async Task ReplaceAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } existing)
        {
            await RefuseMissingAsync(context);
            return;
        }
        if (await ReadAsync(context, existing.Secret) is not { } webhook)
            return;
        if (webhook.Name != existing.Name)
        {
            var errors = new FieldErrors();
            errors.AddValue(FieldPath.Body.At("name"), $"the name must be '{existing.Name}', as in the path");
            await context.RefuseAsync(errors.Kept);
        }
        else if (await Store(context).TryReplaceAsync(webhook, context.RequestAborted))
            await context.AnswerAsync(WebhookResponse.Of(webhook), WebhookBodies.Default.WebhookResponse);
        else
            await RefuseMissingAsync(context);
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        if (await Store(context).TryRemoveAsync(context.PathName(), context.RequestAborted))
            await context.AnswerAsync(OkResponse.Instance, RegistryJson.Default.OkResponse);
        else
            await RefuseMissingAsync(context);
    }

    public static async ValueTask<WebhookDefinition?> FindAsync(HttpContext context)
    {
        var webhooks = await Store(context).ListAsync(context.RequestAborted);
        return webhooks.FirstOrDefault(webhook => webhook.Definition.Name == context.PathName())?.Definition;
    }

    public static Task RefuseMissingAsync(HttpContext context) => context.NotFoundAsync($"Webhook '{context.PathName()}' does not exist");

    public static IWebhookStore Store(HttpContext context) => context.RequestServices.GetRequiredService<IWebhookStore>();

    /// <summary>Reads the body, and checks what depends on settings and definitions; null when it was refused, and the refusal has been written.</summary>
    private static async ValueTask<WebhookDefinition?> ReadAsync(HttpContext context, string secret)
    {
        bool Read(JsonElement body, [NotNullWhen(true)] out WebhookDefinition? read, out IReadOnlyList<FieldError> errors) =>
            WebhookJson.TryRead(body, secret, out read, out errors);
        if (await context.ReadBodyAsync<WebhookDefinition>(Read) is not { } webhook)
            return null;

        var problems = new FieldErrors();
        if (context.RequestServices.GetRequiredService<WebhookClient>().ErrorIn(webhook.Url) is { } refusal)
            problems.AddValue(FieldPath.Body.At("url"), refusal);
        var keys = context.RequestServices.GetRequiredService<IDefinitionSource>().Current.AttributeKeys;
        for (var i = 0; i < webhook.TargetAttributeKeys.Count; i++)
        {
            if (!keys.ContainsKey(webhook.TargetAttributeKeys[i]))
                problems.AddValue(FieldPath.Body.At("target_attribute_keys").At(i), $"attribute key '{webhook.TargetAttributeKeys[i]}' does not exist");
        }
        if (problems.Count == 0)
            return webhook;
        await context.RefuseAsync(problems.Kept);
        return null;
    }
}
