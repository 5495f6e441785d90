using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Http;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>Reads and checks the body of a request.</summary>
internal delegate bool BodyReader<T>(JsonElement body, [NotNullWhen(true)] out T? definition, out IReadOnlyList<FieldError> errors)
    where T : class;

/// <summary>What all registry endpoints have in common: parameters, bodies, answers and refusals (spec signals-api 1.3 and 1.6).</summary>
internal static class RegistryHttp
{
    public static DefinitionRegistry Registry(this HttpContext context) => context.RequestServices.GetRequiredService<DefinitionRegistry>();

    /// <summary>Reads the body; null when it was refused, and the refusal has been written.</summary>
    public static async ValueTask<T?> ReadBodyAsync<T>(this HttpContext context, BodyReader<T> read)
        where T : class
    {
        var options = context.RequestServices.GetRequiredService<SignalsApiOptions>();
        using var body = await RequestBody.ReadAsync(context, options.MaxJsonBodyBytes);
        if (!JsonBody.TryParse(body.Bytes, out var json, out var broken))
        {
            await context.RefuseAsync([broken]);
            return null;
        }
        if (read(json, out var definition, out var errors))
            return definition;
        await context.RefuseAsync(errors);
        return null;
    }

    /// <summary>The name in the path, as it came; empty where the path has none.</summary>
    public static string PathName(this HttpContext context) => context.Request.RouteValues["name"] as string ?? "";

    /// <summary>Reads the version in the path. False when it was refused, and the refusal has been written.</summary>
    public static async ValueTask<VersionedName?> ReadPathVersionAsync(this HttpContext context)
    {
        var text = context.Request.RouteValues["version"] as string;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version is >= 1 and <= DefinitionJson.MaxVersion)
            return new VersionedName(context.PathName(), version);
        var errors = new FieldErrors();
        errors.Add(FieldPath.PathParameter("version"), "int_parsing", $"Input should be an integer from 1 to {DefinitionJson.MaxVersion}");
        await context.RefuseAsync(errors.Kept);
        return null;
    }

    /// <summary>A boolean in the query, in any case or as 1 and 0; null when it is absent or wrong.</summary>
    public static bool? ReadFlag(this IQueryCollection query, string name, FieldErrors errors)
    {
        switch (query[name].ToString().ToUpperInvariant())
        {
            case "":
                return null;
            case "TRUE" or "1":
                return true;
            case "FALSE" or "0":
                return false;
            default:
                errors.Add(FieldPath.QueryParameter(name), "bool_parsing", "Input should be 'true' or 'false'");
                return null;
        }
    }

    /// <summary>Answers 200 with a body.</summary>
    public static async Task AnswerAsync<T>(this HttpContext context, T body, JsonTypeInfo<T> type)
    {
        using var answer = JsonAnswer.Rent();
        JsonSerializer.Serialize(answer.Writer, body, type);
        await answer.SendAsync(context);
    }

    /// <summary>Answers with what came of a change.</summary>
    public static Task AnswerAsync<T, TBody>(this HttpContext context, RegistryResult<T> result, Func<T, TBody> view, JsonTypeInfo<TBody> type) => result switch
    {
        RegistryResult<T>.Ok ok => context.AnswerAsync(view(ok.Value), type),
        RegistryResult<T>.NotFound missing => context.NotFoundAsync(missing.Text),
        RegistryResult<T>.AlreadyExists exists => ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, exists.Text),
        RegistryResult<T>.Conflict conflict => ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, conflict.Text),
        RegistryResult<T>.Invalid invalid => context.RefuseAsync(invalid.Errors),
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "Unknown result."),
    };

    /// <summary>Answers 404.</summary>
    public static Task NotFoundAsync(this HttpContext context, string text) => ApiErrors.WriteDetailAsync(context, StatusCodes.Status404NotFound, text);

    /// <summary>Answers 422 with every error.</summary>
    public static async Task RefuseAsync(this HttpContext context, IReadOnlyList<FieldError> errors)
    {
        context.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("detail");
        foreach (var error in errors)
            Write(answer.Writer, error);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static void Write(Utf8JsonWriter writer, FieldError error)
    {
        writer.WriteStartObject();
        writer.WriteString("type", error.Type);
        writer.WriteStartArray("loc");
        foreach (var step in error.Loc)
            Write(writer, step);
        writer.WriteEndArray();
        writer.WriteString("msg", error.Msg);
        if (error.Input is { } input)
        {
            writer.WritePropertyName("input");
            input.WriteTo(writer);
        }
        if (error.Ctx is { } context)
        {
            writer.WriteStartObject("ctx");
            foreach (var (name, value) in context)
            {
                writer.WritePropertyName(name);
                Write(writer, value);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, object stringOrInteger)
    {
        if (stringOrInteger is int number)
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue((string)stringOrInteger);
    }
}
