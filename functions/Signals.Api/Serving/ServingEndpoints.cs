using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Api.Serving;

/// <summary>Reading attribute values, pushing them, and deleting one person's data (spec signals-api, part 8).</summary>
internal static class ServingEndpoints
{
    private const int MaxNameLength = 128;
    private const int MaxIdentifierLength = 512;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/get-online-attributes", ReadAsync)
            .RequireScope(AccessScopes.AttributesRead)
            .Describe("Attributes", "Reads attribute values of up to 100 identifiers, by service or by attribute: one column each, one entry per identifier.")
            .Takes<OnlineAttributesBody>()
            .Answers<Dictionary<string, JsonElement[]>>()
            .Refuses(StatusCodes.Status400BadRequest);
        app.MapPost("/api/v1/push-attributes", PushAsync)
            .RequireScope(AccessScopes.RegistryWrite)
            .Describe("Attributes", "Sets values of a published external batch group.")
            .Takes<PushAttributesBody>()
            .Answers<OkAnswer>()
            .Refuses(StatusCodes.Status400BadRequest);
        app.MapDelete($"/api/v1/{{attribute_key_name:{ProfileKeyConstraint.Name}}}/{{attribute_identifier}}", DeleteAsync)
            .RequireScope(AccessScopes.ProfilesDelete)
            .Describe("Attributes", "Deletes everything stored for one identifier.")
            .Answers<DeletionAnswer>()
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task ReadAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        var error = ServingBody.TryRead(json.Bytes.Span, ServingJson.Default.OnlineAttributesBody, out var body, out var bodyError)
            ? ErrorIn(body)
            : bodyError;
        if (error is not null)
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }

        var request = new AttributeReadRequest(body!.Service, body.Attributes, body.AttributeKeys!, body.FullAttributeNames);
        var result = await services.GetRequiredService<AttributeReader>().ReadAsync(request, context.RequestAborted);
        if (result.Error is not null)
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, result.Error);
            return;
        }
        using var answer = JsonAnswer.Rent();
        WriteColumns(answer.Writer, result);
        await answer.SendAsync(context);
    }

    private static void WriteColumns(Utf8JsonWriter writer, AttributeReadResult result)
    {
        writer.WriteStartObject();
        foreach (var (name, identifiers) in result.Keys)
        {
            writer.WriteStartArray(name);
            foreach (var identifier in identifiers)
                writer.WriteStringValue(identifier);
            writer.WriteEndArray();
        }
        foreach (var column in result.Columns)
        {
            writer.WriteStartArray(column.Name);
            foreach (var value in column.Values)
                value.WriteTo(writer);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static string? ErrorIn(OnlineAttributesBody body)
    {
        if (body.AttributeKeys is null)
            return "attribute_keys: required";
        foreach (var (key, identifiers) in body.AttributeKeys)
        {
            if (identifiers is null || identifiers.Contains(null!))
                return $"attribute_keys.{key}: expected a list of texts";
        }
        return null;
    }

    private static async Task PushAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        var error = ServingBody.TryRead(json.Bytes.Span, ServingJson.Default.PushAttributesBody, out var body, out var bodyError)
            ? ErrorIn(body)
            : bodyError;
        error ??= await services.GetRequiredService<ProfileEditor>().PushAsync(
            new VersionedName(body!.GroupName!, body.GroupVersion ?? 1), body.Identifiers!, body.Attributes!, context.RequestAborted);
        if (error is not null)
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteBoolean("ok", true);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static string? ErrorIn(PushAttributesBody body)
    {
        if (string.IsNullOrEmpty(body.GroupName))
            return "group_name: required";
        if (body.Identifiers is null || body.Identifiers.Count is 0 or > AttributeReader.MaxIdentifiers)
            return $"identifiers: expected 1 to {AttributeReader.MaxIdentifiers} texts";
        if (body.Identifiers.Any(i => i is null || i.Length is 0 or > MaxIdentifierLength))
            return $"identifiers: expected texts of 1 to {MaxIdentifierLength} characters";
        if (body.Attributes is null || body.Attributes.Count == 0)
            return "attributes: required";
        return body.Attributes.FirstOrDefault(a => a.Value is null) is { Key: { } name } ? $"attributes.{name}: expected a list of values" : null;
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var name = (string)context.Request.RouteValues["attribute_key_name"]!;
        var identifier = IdentifierOf(context);
        if (!services.GetRequiredService<IDefinitionSource>().Current.AttributeKeys.ContainsKey(name))
        {
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status404NotFound, $"attribute key '{name}' does not exist");
            return;
        }
        if (identifier.Length is 0 or > MaxNameLength)
        {
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status422UnprocessableEntity, $"attribute_identifier: expected 1 to {MaxNameLength} characters");
            return;
        }

        var found = await services.GetRequiredService<ProfileEditor>().DeleteAsync(new ProfileKey(name, identifier), context.RequestAborted);
        found |= await ForgetInterventionsAsync(services, new InterventionTarget(name, identifier), context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteBoolean("keys_found", found);
        answer.Writer.WriteString("message", $"Deleted data for {name}");
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async ValueTask<bool> ForgetInterventionsAsync(IServiceProvider services, InterventionTarget target, CancellationToken cancellationToken) =>
        await services.GetRequiredService<IInterventionOutbox>().ForgetAsync(target, cancellationToken)
        + await services.GetRequiredService<IWebhookStore>().ForgetAsync(target, cancellationToken) > 0;

    /// <summary>
    /// The identifier out of the path as it was sent: routing leaves an encoded slash encoded, and then it looks like one that was
    /// encoded twice.
    /// </summary>
    private static string IdentifierOf(HttpContext context)
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?', 2)[0].TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }
}
