using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Access;

namespace Signals.Api.Tests;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Probe = "/api/v1/registry/probe";
    private const string Organization = "5f8f1f2e-61f8-4a4e-8df2-5d7e1b0f6a11";

    private ApiHost _host = null!;

    public async Task InitializeAsync() => _host = await ApiHost.StartAsync(map: app =>
    {
        app.MapGet(Probe, context => ApiErrors.WriteDetailAsync(context, 200, "in")).RequireScope(AccessScopes.RegistryRead);
        app.MapGet("/api/v1/unmarked", context => ApiErrors.WriteDetailAsync(context, 200, "in"));
    });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    [Trait("Row", "6")]
    public async Task The_sandbox_token_opens_every_scope()
    {
        using var answer = await _host.Client.GetAsync(Probe);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [Trait("Row", "6")]
    [InlineData("")]
    [InlineData("local-sandbox-toke")]
    [InlineData("local-sandbox-token2")]
    [InlineData("LOCAL-SANDBOX-TOKEN")]
    public async Task Another_opaque_token_is_refused(string token)
    {
        using var answer = await GetAsync(Probe, token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("""{"error":"Unauthorized"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_endpoint_that_names_no_scope_still_needs_a_token()
    {
        using var answer = await _host.Anonymous.GetAsync("/api/v1/unmarked");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    [Trait("Row", "7")]
    public async Task A_key_pair_is_exchanged_for_a_JWT_of_24_hours()
    {
        var created = await CreateKeyAsync(AccessScopes.All);

        var jwt = new JsonWebToken(await ExchangeAsync(created));

        Assert.Equal(_host.Clock.GetUtcNow().UtcDateTime.AddHours(24), jwt.ValidTo);
        Assert.Equal(_host.Clock.GetUtcNow().UtcDateTime, jwt.IssuedAt);
        Assert.Equal("signals-functions", jwt.Issuer);
        Assert.Equal(Organization, jwt.GetClaim("org").Value);
        using var answer = await GetAsync(Probe, jwt.EncodedToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [Trait("Row", "7")]
    [InlineData("wrong secret")]
    [InlineData("wrong key id")]
    [InlineData("wrong organization")]
    [InlineData("no headers")]
    public async Task Wrong_credentials_are_401_with_a_message(string what)
    {
        var created = await CreateKeyAsync(AccessScopes.All);
        var organization = what == "wrong organization" ? Guid.NewGuid().ToString() : Organization;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/msc/v1/organizations/{organization}/credentials/v3/token");
        if (what != "no headers")
        {
            request.Headers.Add("X-API-Key-Id", what == "wrong key id" ? Guid.NewGuid().ToString() : created.Key.KeyId);
            request.Headers.Add("X-API-Key", what == "wrong secret" ? Guid.NewGuid().ToString() : created.Secret);
        }

        using var answer = await _host.Anonymous.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.NotEmpty(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Only_the_hash_of_a_secret_is_stored()
    {
        var created = await CreateKeyAsync(AccessScopes.All);

        var stored = await _host.Services.GetRequiredService<IAccessStore>().FindApiKeyAsync(created.Key.KeyId, default);

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(created.Secret)), stored!.SecretHash.ToArray());
    }

    [Theory]
    [Trait("Row", "8")]
    [InlineData("expired")]
    [InlineData("foreign key")]
    [InlineData("foreign issuer")]
    [InlineData("other algorithm")]
    [InlineData("no algorithm")]
    [InlineData("no expiry")]
    [InlineData("tampered payload")]
    [InlineData("tampered signature")]
    [InlineData("unknown key id")]
    [InlineData("empty parts")]
    [InlineData("random text")]
    public async Task A_JWT_that_is_not_ours_and_valid_is_refused(string defect)
    {
        var token = await DefectiveAsync(defect);

        using var answer = await GetAsync(Probe, token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("""{"error":"Invalid or expired JWT"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    [Trait("Row", "8")]
    public async Task A_revoked_key_takes_its_tokens_with_it()
    {
        var created = await CreateKeyAsync(AccessScopes.All);
        var token = await ExchangeAsync(created);
        using (var before = await GetAsync(Probe, token))
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        await _host.Services.GetRequiredService<ApiKeys>().RevokeAsync(created.Key.KeyId, default);
        _host.Clock.Advance(TimeSpan.FromSeconds(5));

        using var after = await GetAsync(Probe, token);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    [Trait("Row", "9")]
    public async Task A_token_without_the_scope_gets_403_in_the_family_of_the_path()
    {
        var token = await ExchangeAsync(await CreateKeyAsync([AccessScopes.AttributesRead]));

        using var answer = await GetAsync(Probe, token);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("""{"detail":"The token lacks the scope registry:read"}""", await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Endpoints that the specification leaves open (spec signals-api 1.5) or that carry credentials of their own.</summary>
    private static readonly HashSet<string> Open =
    [
        "/api/msc/v1/organizations/{organization}/credentials/v3/token", "/api/v1/interventions",
        "/", "/health-all", "/health/live", "/health/ready", "/openapi.json", "/health", "/sink-health", "/robots.txt",
        "/i", "/ice.png", "/r/{version}", "/{vendor}/{version}",
    ];

    [Theory]
    [Trait("Row", "8")]
    [InlineData("missing")]
    [InlineData("expired")]
    [InlineData("foreign key")]
    [InlineData("tampered payload")]
    public async Task Every_endpoint_that_is_not_open_refuses_a_bad_token(string defect)
    {
        var token = defect == "missing" ? null : await DefectiveAsync(defect);
        var routes = _host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        var closed = routes.Where(r => !Open.Contains(TextOf(r.RoutePattern))).ToList();
        Assert.NotEmpty(closed);

        foreach (var route in closed)
        {
            var path = System.Text.RegularExpressions.Regex.Replace(TextOf(route.RoutePattern), "{[^}]*}", "1");
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (token is not null)
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var answer = await _host.Anonymous.SendAsync(request);
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path} answers {answer.StatusCode} to a token that is {defect}");
                var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
                Assert.NotEmpty((error.ValueKind is JsonValueKind.Object ? error.GetProperty("message") : error).GetString()!);
            }
        }
    }

    private static string TextOf(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern)
    {
        var text = System.Text.RegularExpressions.Regex.Replace("/" + pattern.RawText!.Trim('/'), "{\\**([^}:]*)[^}]*}", "{$1}");
        return text;
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await _host.Anonymous.SendAsync(request);
    }

    private Task<NewApiKey> CreateKeyAsync(IReadOnlyList<string> scopes) =>
        _host.Services.GetRequiredService<ApiKeys>().CreateAsync(Organization, "test", scopes, default);

    private async Task<string> ExchangeAsync(NewApiKey created)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/msc/v1/organizations/{Organization}/credentials/v3/token");
        request.Headers.Add("X-API-Key-Id", created.Key.KeyId);
        request.Headers.Add("X-API-Key", created.Secret);
        using var answer = await _host.Anonymous.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("accessToken").GetString()!;
    }

    private async Task<string> DefectiveAsync(string defect)
    {
        var created = await CreateKeyAsync(AccessScopes.All);
        var good = await ExchangeAsync(created);
        var parts = good.Split('.');
        var ours = (await _host.Services.GetRequiredService<IAccessStore>().GetOrCreateSigningKeyAsync(default)).ToArray();
        switch (defect)
        {
            case "expired":
                _host.Clock.Advance(TimeSpan.FromHours(24));
                return good;
            case "foreign key":
                return Sign(created, new byte[32], "signals-functions", SecurityAlgorithms.HmacSha256);
            case "foreign issuer":
                return Sign(created, ours, "someone-else", SecurityAlgorithms.HmacSha256);
            case "other algorithm":
                return Sign(created, [.. ours, .. ours], "signals-functions", SecurityAlgorithms.HmacSha512);
            case "no algorithm":
                return $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{parts[1]}.";
            case "no expiry":
                return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
                    $$"""{"iss":"signals-functions","sub":"{{created.Key.KeyId}}","scopes":["registry:read"]}""",
                    new SigningCredentials(new SymmetricSecurityKey(ours), SecurityAlgorithms.HmacSha256));
            case "tampered payload":
                var payload = Base64UrlEncoder.Decode(parts[1]).Replace("registry:read", "registry:writ", StringComparison.Ordinal);
                return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
            case "tampered signature":
                return $"{parts[0]}.{parts[1]}.{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}";
            case "unknown key id":
                return Sign(created with { Key = created.Key with { KeyId = Guid.NewGuid().ToString() } }, ours, "signals-functions", SecurityAlgorithms.HmacSha256);
            case "empty parts":
                return "..";
            default:
                return "not.a.token";
        }
    }

    private string Sign(NewApiKey created, byte[] key, string issuer, string algorithm) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Expires = _host.Clock.GetUtcNow().UtcDateTime.AddHours(1),
            NotBefore = _host.Clock.GetUtcNow().UtcDateTime,
            IssuedAt = _host.Clock.GetUtcNow().UtcDateTime,
            SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(key), algorithm),
            Claims = new Dictionary<string, object> { ["sub"] = created.Key.KeyId, ["scopes"] = created.Key.Scopes.ToArray() },
        });
}
