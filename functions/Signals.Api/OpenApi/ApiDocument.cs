using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Signals.Api.Auth;
using Signals.Api.Serving;

namespace Signals.Api.OpenApi;

/// <summary>The OpenAPI document at <c>/openapi.json</c>, made from the descriptions that endpoints carry.</summary>
internal static partial class ApiDocument
{
    private const string BearerScheme = "Bearer";

    public static void Add(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiDocumentJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, ServingJson.Default);
        });
        services.AddSingleton<IApiDescriptionProvider, BodyDescriptionProvider>();
        services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                DescribeDocument(document);
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(DescribeOperationAsync);
        });
    }

    public static void Map(IEndpointRouteBuilder app) => app.MapOpenApi("/openapi.json").AllowWithoutToken();

    private static void DescribeDocument(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Signals Functions",
            Version = SignalsApi.Version,
            Description = "Streaming attributes over Snowplow events. Every call needs a Bearer token: a sandbox token "
                + "(local-sandbox-token on a fresh local installation), or one exchanged for an API key pair.",
            License = new OpenApiLicense { Name = "Apache-2.0" },
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[BearerScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A sandbox token as it is, or an access token (JWT) from the token exchange.",
        };
    }

    private static Task DescribeOperationAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (Match segment in RouteParameter().Matches(context.Description.RelativePath ?? ""))
            AddParameter(operation, segment.Groups[1].Value, ParameterLocation.Path, null, JsonValueKind.String, required: true);
        foreach (var parameter in metadata.OfType<QueryParameter>())
            AddParameter(operation, parameter.Name, ParameterLocation.Query, parameter.Description, parameter.Kind, parameter.Required);
        foreach (var header in metadata.OfType<HeaderParameter>())
            AddParameter(operation, header.Name, ParameterLocation.Header, header.Description, JsonValueKind.String, required: true);

        if (metadata.OfType<ScopeRequirement>().LastOrDefault() is { } scope)
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, context.Document)] = [] }];
            operation.Description = $"Needs the scope `{scope.Scope}`.";
        }
        foreach (var (status, response) in operation.Responses ?? [])
            response.Description = TextOf(status);
        return Task.CompletedTask;
    }

    private static void AddParameter(
        OpenApiOperation operation, string name, ParameterLocation location, string? description, JsonValueKind kind, bool required)
    {
        var type = kind switch
        {
            JsonValueKind.Number => JsonSchemaType.Integer,
            JsonValueKind.True => JsonSchemaType.Boolean,
            _ => name == "version" && location == ParameterLocation.Path ? JsonSchemaType.Integer : JsonSchemaType.String,
        };
        operation.Parameters!.Add(new OpenApiParameter
        {
            Name = name,
            In = location,
            Description = description,
            Required = required,
            Schema = new OpenApiSchema { Type = type },
        });
    }

    private static string TextOf(string status) => status switch
    {
        "200" => "Done",
        "400" => "The request does not fit; the text says why",
        "401" => "No token, or not a valid one",
        "403" => "The token lacks the scope",
        "404" => "There is no such object",
        "410" => "The object is gone for good",
        "412" => "Somebody else was faster: the version in force is another one",
        "413" => "The body is too large",
        "415" => "The content type or encoding is not known here",
        "422" => "The body fails validation; each problem names its field",
        _ => "The service or its storage is not available",
    };

    [GeneratedRegex(@"\{\**([^}:?]+)[^}]*\}")]
    private static partial Regex RouteParameter();
}
