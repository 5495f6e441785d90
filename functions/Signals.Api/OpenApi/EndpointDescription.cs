using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Signals.Api.Auth;
using Signals.Api.Http;

namespace Signals.Api.OpenApi;

/// <summary>Metadata: a query parameter of an endpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Kind">JSON kind that its text stands for.</param>
/// <param name="Required">Whether a request without it is refused.</param>
internal sealed record QueryParameter(string Name, string Description, JsonValueKind Kind, bool Required);

/// <summary>Metadata: a header that an endpoint reads.</summary>
internal sealed record HeaderParameter(string Name, string Description);

/// <summary>
/// Metadata: the body that an endpoint reads. Not the framework's own metadata for it, because with that routing refuses other content types
/// before the endpoint can say why, or be tolerant.
/// </summary>
internal sealed record BodyDescription(Type Type, IReadOnlyList<string> ContentTypes);

/// <summary>Conventions that describe an endpoint in the OpenAPI document. An endpoint without <see cref="Describe"/> is not in it.</summary>
public static class EndpointDescription
{
    /// <summary>Puts the endpoint into the document.</summary>
    /// <param name="builder">The endpoint.</param>
    /// <param name="tag">Area under which it is listed.</param>
    /// <param name="summary">What it does, one sentence.</param>
    public static IEndpointConventionBuilder Describe(this IEndpointConventionBuilder builder, string tag, string summary)
    {
        builder.Add(endpoint =>
        {
            // The API explorer takes an endpoint for describable when it knows the method behind it.
            if (endpoint.RequestDelegate is { } handler && !endpoint.Metadata.OfType<MethodInfo>().Any())
                endpoint.Metadata.Add(handler.Method);
        });
        builder.Finally(AddRefusals);
        return builder.WithMetadata(new TagsAttribute(tag), new EndpointSummaryAttribute(summary));
    }

    /// <summary>Documents the request body.</summary>
    public static IEndpointConventionBuilder Takes<TBody>(this IEndpointConventionBuilder builder, params string[] contentTypes) =>
        builder.WithMetadata(new BodyDescription(typeof(TBody), contentTypes.Length == 0 ? ["application/json"] : contentTypes));

    /// <summary>Documents a query parameter.</summary>
    public static IEndpointConventionBuilder TakesQuery(
        this IEndpointConventionBuilder builder, string name, string description, JsonValueKind kind = JsonValueKind.String, bool required = false) =>
        builder.WithMetadata(new QueryParameter(name, description, kind, required));

    /// <summary>Documents a header that has to be sent.</summary>
    public static IEndpointConventionBuilder TakesHeader(this IEndpointConventionBuilder builder, string name, string description) =>
        builder.WithMetadata(new HeaderParameter(name, description));

    /// <summary>Documents the answer of success.</summary>
    public static IEndpointConventionBuilder Answers<TBody>(this IEndpointConventionBuilder builder, string contentType = "application/json") =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(TBody), [contentType]));

    /// <summary>
    /// Documents refusals; their bodies follow from the family of the path (<see cref="ApiErrors"/>). 401 and 403 follow from the scope of
    /// the endpoint and need not be named.
    /// </summary>
    public static IEndpointConventionBuilder Refuses(this IEndpointConventionBuilder builder, params int[] statuses) =>
        builder.WithMetadata(new Refusals(statuses));

    private static void AddRefusals(EndpointBuilder endpoint)
    {
        var statuses = new SortedSet<int>(endpoint.Metadata.OfType<Refusals>().SelectMany(r => r.Statuses));
        if (endpoint.Metadata.OfType<ScopeRequirement>().Any())
            statuses.UnionWith([StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden]);
        var family = ApiErrors.FamilyOf("/" + ((RouteEndpointBuilder)endpoint).RoutePattern.RawText?.TrimStart('/'));
        foreach (var status in statuses)
            endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, ErrorTypeOf(status, family), ["application/json"]));
    }

    private static Type ErrorTypeOf(int status, ErrorFamily family) =>
        family == ErrorFamily.Erasure ? typeof(ErasureError)
        : status == StatusCodes.Status401Unauthorized || family == ErrorFamily.Serving ? typeof(ServingError)
        : status == StatusCodes.Status422UnprocessableEntity ? typeof(ValidationError)
        : typeof(RegistryError);
}

/// <summary>Metadata: the statuses with which an endpoint refuses.</summary>
internal sealed record Refusals(IReadOnlyList<int> Statuses);
