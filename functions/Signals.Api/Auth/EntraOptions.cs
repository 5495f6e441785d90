namespace Signals.Api.Auth;

/// <summary>Which access tokens of Entra ID are accepted.</summary>
/// <param name="TenantId">The tenant that issues them, a GUID.</param>
/// <param name="Audience">What they have to be meant for: the application ID of this API, or its application ID URI such as <c>api://…</c>.</param>
public sealed record EntraOptions(string TenantId, string Audience)
{
    /// <summary>The authority of the public cloud.</summary>
    public static Uri PublicAuthority { get; } = new("https://login.microsoftonline.com/");

    /// <summary>Where the tenant is; its signing keys are fetched from there, over HTTPS (plain HTTP only from this machine).</summary>
    public Uri Authority { get; init; } = PublicAuthority;

    /// <summary>Address of the tenant's signing keys, a JSON Web Key Set.</summary>
    internal Uri KeysAddress => new(Authority, $"{TenantId}/discovery/v2.0/keys");

    /// <summary>
    /// How the tenant names itself in tokens of version 1 and 2
    /// (https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats).
    /// </summary>
    internal IReadOnlyList<string> Issuers => [$"https://sts.windows.net/{TenantId}/", new Uri(Authority, $"{TenantId}/v2.0").AbsoluteUri];

    /// <summary>
    /// The audience in the form of either version: tokens of version 2 name the application ID, those of version 1 mostly its URI
    /// (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#payload-claims).
    /// </summary>
    internal IReadOnlyList<string> Audiences => Guid.TryParse(Audience, out _) ? [Audience, $"api://{Audience}"]
        : Audience.StartsWith("api://", StringComparison.Ordinal) && Guid.TryParse(Audience[6..], out _) ? [Audience, Audience[6..]]
        : [Audience];

    /// <summary>Checks the settings.</summary>
    internal void Validate(Action<bool, string, string> require)
    {
        require(Guid.TryParseExact(TenantId, "D", out _), "Entra.TenantId", "the ID of a tenant, a GUID with hyphens");
        require(Audience.Length is > 0 and <= 256 && !Audience.Any(char.IsWhiteSpace), "Entra.Audience", "an application ID or application ID URI");
        require(Authority.Scheme == Uri.UriSchemeHttps || Authority.IsLoopback, "Entra.Authority", "an https address");
    }
}
