using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>The configuration of identities: versions, of which the newest is in force (spec identities, 3).</summary>
internal static class ConfigurationEndpoints
{
    private const string Configuration = IdentityEndpoints.Root + "/configuration";
    private const string Versions = Configuration + "/versions";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Configuration, GetAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(IdentityEndpoints.Tag, "The configuration in force; its version is the ETag, 0 while there is none.").Answers<ConfigurationAnswer>();
        app.MapPut(Configuration, PublishAsync).RequireScope(AccessScopes.RegistryWrite)
            .Describe(IdentityEndpoints.Tag, "Puts a configuration in force as a new version, for future events. With If-Match only if that version is in force.")
            .Takes<ConfigurationBody>().Answers<ConfigurationAnswer>().Refuses(400, 412, 413, 422);
        app.MapPost(Configuration + "/validate", ValidateAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(IdentityEndpoints.Tag, "Checks a configuration and says what it would change.")
            .Takes<ConfigurationBody>().Answers<ValidationAnswer>().Refuses(413, 422);
        app.MapGet(Versions, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(IdentityEndpoints.Tag, $"Who changed what and when, newest version first; at most {IdentityConfigurationRegistry.MaxVersions}.").Answers<VersionsAnswer>();
        app.MapGet(Versions + "/{version}", GetVersionAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(IdentityEndpoints.Tag, "One version.").Answers<ConfigurationAnswer>().Refuses(404, 422);
    }

    /// <summary>Reads a configuration out of the body; null when it was refused, and the refusal has been written.</summary>
    public static ValueTask<IdentityConfiguration?> ReadConfigurationAsync(this HttpContext context)
    {
        var inForce = context.Configurations().Current.Configuration;
        bool Read(JsonElement body, [NotNullWhen(true)] out IdentityConfiguration? configuration, out IReadOnlyList<FieldError> errors)
        {
            if (!IdentityConfigurationJson.TryRead(body, out configuration, out errors))
                return false;
            // Whoever sends back what was read keeps the secret, which is never shown.
            if (configuration.IdSecret is null && body.TryGetProperty("id_secret_set", out var isSet) && isSet.ValueKind is JsonValueKind.True)
                configuration = configuration with { IdSecret = inForce.IdSecret };
            return true;
        }
        return context.ReadBodyAsync<IdentityConfiguration>(Read);
    }

    public static IdentityConfigurationRegistry Configurations(this HttpContext context) =>
        context.RequestServices.GetRequiredService<IdentityConfigurationRegistry>();

    private static async Task GetAsync(HttpContext context)
    {
        var registry = context.Configurations();
        await registry.RefreshAsync(context.RequestAborted);
        await AnswerAsync(context, registry.Current.Configuration, registry.Versions.Count > 0 ? registry.Versions[0] : null);
    }

    private static async Task PublishAsync(HttpContext context)
    {
        if (!TryReadExpected(context.Request.Headers.IfMatch.ToString(), out var expected))
        {
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, "If-Match: expected the ETag of the configuration, for instance \"3\"");
            return;
        }
        if (await context.ReadConfigurationAsync() is not { } configuration)
            return;
        var author = context.Features.Get<AccessGrant>()!.Subject;
        switch (await context.Configurations().PublishAsync(configuration, author, expected, context.RequestAborted))
        {
            case RegistryResult<IdentityConfigurationVersion>.Ok ok:
                await AnswerAsync(context, ok.Value.Configuration, ok.Value);
                break;
            case RegistryResult<IdentityConfigurationVersion>.Conflict conflict:
                await ApiErrors.WriteDetailAsync(context, StatusCodes.Status412PreconditionFailed, conflict.Text);
                break;
            case var other:
                throw new InvalidOperationException($"{other.GetType().Name} is no result of publishing.");
        }
    }

    private static async Task ValidateAsync(HttpContext context)
    {
        if (await context.ReadConfigurationAsync() is not { } configuration)
            return;
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteBoolean("valid", true);
        WriteWarnings(answer.Writer, configuration);
        WriteChanges(answer.Writer, IdentityConfigurationJson.ChangesBetween(context.Configurations().Current.Configuration, configuration));
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var registry = context.Configurations();
        await registry.RefreshAsync(context.RequestAborted);
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("versions");
        foreach (var version in registry.Versions)
        {
            answer.Writer.WriteStartObject();
            answer.Writer.WriteNumber("version", version.Configuration.Version);
            WriteAudit(answer.Writer, version);
            answer.Writer.WriteEndObject();
        }
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static async Task GetVersionAsync(HttpContext context)
    {
        var text = context.Request.RouteValues["version"] as string;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var errors = new FieldErrors();
            errors.Add(FieldPath.PathParameter("version"), "int_parsing", "Input should be an integer");
            await context.RefuseAsync(errors.Kept);
            return;
        }
        var registry = context.Configurations();
        await registry.RefreshAsync(context.RequestAborted);
        if (registry.Versions.FirstOrDefault(version => version.Configuration.Version == number) is { } found)
            await AnswerAsync(context, found.Configuration, found);
        else
            await context.NotFoundAsync($"Version {number} of the identity configuration does not exist");
    }

    private static async Task AnswerAsync(HttpContext context, IdentityConfiguration configuration, IdentityConfigurationVersion? version)
    {
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{configuration.Version}\"");
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteNumber("version", configuration.Version);
        if (version is not null)
            WriteAudit(answer.Writer, version);
        answer.Writer.WritePropertyName("configuration");
        IdentityConfigurationJson.Write(answer.Writer, configuration, withSecret: false);
        WriteWarnings(answer.Writer, configuration);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static void WriteAudit(Utf8JsonWriter writer, IdentityConfigurationVersion version)
    {
        writer.WriteString("author", version.Author);
        writer.WriteString("published_at", version.At.UtcDateTime);
        WriteChanges(writer, version.Changes);
    }

    private static void WriteChanges(Utf8JsonWriter writer, IReadOnlyList<ConfigurationChange> changes)
    {
        writer.WriteStartArray("changes");
        foreach (var change in changes)
        {
            writer.WriteStartObject();
            writer.WriteString("path", change.Path);
            writer.WriteString("before", change.Before);
            writer.WriteString("after", change.After);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteWarnings(Utf8JsonWriter writer, IdentityConfiguration configuration)
    {
        writer.WriteStartArray("warnings");
        foreach (var warning in IdentityConfigurationJson.WarningsAbout(configuration))
            writer.WriteStringValue(warning);
        writer.WriteEndArray();
    }

    private static bool TryReadExpected(string header, out long? expected)
    {
        expected = null;
        if (header is "" or "*")
            return true;
        var text = header.StartsWith("W/", StringComparison.Ordinal) ? header[2..] : header;
        if (!long.TryParse(text.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            return false;
        expected = version;
        return true;
    }
}
