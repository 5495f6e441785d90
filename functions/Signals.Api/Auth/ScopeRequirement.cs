namespace Signals.Api.Auth;

/// <summary>Metadata of an endpoint: the scope that a token needs to call it.</summary>
/// <param name="Scope">A member of <see cref="Signals.Engine.Access.AccessScopes.All"/>.</param>
public sealed record ScopeRequirement(string Scope);

/// <summary>Metadata of an endpoint under <c>/api/v1</c> that may be called without a token.</summary>
public sealed record OpenToAll;

/// <summary>Conventions that say who may call an endpoint.</summary>
public static class ScopeConventions
{
    /// <summary>Only tokens with this scope may call: others get 403, and calls without a valid token 401.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ScopeRequirement(scope));

    /// <summary>Everybody may call. Under <c>/api/v1</c> an endpoint without this needs a valid token.</summary>
    public static TBuilder AllowWithoutToken<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OpenToAll());
}
