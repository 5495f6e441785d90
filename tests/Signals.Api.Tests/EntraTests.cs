using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Access;

namespace Signals.Api.Tests;

/// <summary>Access tokens of Entra ID, with a tenant on this machine that publishes its keys as Entra does.</summary>
public sealed class EntraTests : IAsyncLifetime
{
    private const string Probe = "/api/v1/registry/probe";
    private const string Tenant = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    private const string Application = "11111111-2222-3333-4444-555555555555";

    private readonly RsaSecurityKey _key = NewKey("key-1");
    private readonly List<RsaSecurityKey> _published = [];
    private WebApplication _tenant = null!;
    private ApiHost _host = null!;
    private int _fetches;
    private Func<HttpContext, Task>? _fault;

    public async Task InitializeAsync()
    {
        _published.Add(_key);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _tenant = builder.Build();
        _tenant.MapGet($"/{Tenant}/discovery/v2.0/keys", async context =>
        {
            Interlocked.Increment(ref _fetches);
            if (_fault is not null)
                await _fault(context);
            else
                await context.Response.WriteAsync(KeySet());
        });
        await _tenant.StartAsync();
        _host = await ApiHost.StartAsync(
            new SignalsApiOptions { Entra = new EntraOptions(Tenant, Application) { Authority = new Uri(_tenant.Urls.Single()) } },
            map: app => app.MapGet(Probe, context => ApiErrors.WriteDetailAsync(context, 200, "in")).RequireScope(AccessScopes.RegistryRead));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _tenant.StopAsync();
        await _tenant.DisposeAsync();
    }

    private string IssuerOfVersion1 => $"https://sts.windows.net/{Tenant}/";

    private string IssuerOfVersion2 => $"{_tenant.Urls.Single()}/{Tenant}/v2.0";

    [Fact]
    public async Task Token_of_an_application_with_the_role_may_call() =>
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token(claims: new() { ["roles"] = new[] { "something", AccessScopes.RegistryRead } })));

    [Fact]
    public async Task Token_of_a_user_with_the_permission_may_call() =>
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token(claims: new() { ["scp"] = $"{AccessScopes.AttributesRead} {AccessScopes.RegistryRead}" })));

    [Fact]
    public async Task Token_of_version_1_for_the_application_id_uri_may_call() =>
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token(issuer: IssuerOfVersion1, audience: $"api://{Application}", client: "appid")));

    [Theory]
    [InlineData("attributes:read")]
    [InlineData("registry:read registry:write")]
    [InlineData("REGISTRY:READ")]
    public async Task Token_without_the_role_is_forbidden(string role) =>
        Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(Token(claims: new() { ["roles"] = new[] { role } })));

    [Fact]
    public async Task Token_without_any_role_is_forbidden() => Assert.Equal(HttpStatusCode.Forbidden, await CallAsync(Token(claims: [])));

    [Fact]
    public async Task Token_of_another_tenant_is_refused() =>
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(issuer: "https://sts.windows.net/00000000-0000-0000-0000-000000000001/")));

    [Fact]
    public async Task Token_for_another_application_is_refused() => Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(audience: "https://graph.microsoft.com")));

    [Fact]
    public async Task Token_that_has_ended_is_refused()
    {
        var token = Token();
        Assert.Equal(HttpStatusCode.OK, await CallAsync(token));

        _host.Clock.Advance(TimeSpan.FromMinutes(63));

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(token));
    }

    [Fact]
    public async Task Token_that_is_not_good_yet_is_refused() =>
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(notBefore: _host.Clock.GetUtcNow().UtcDateTime.AddMinutes(5))));

    [Fact]
    public async Task Token_signed_by_another_key_of_the_same_id_is_refused() => Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(key: NewKey("key-1"))));

    [Fact]
    public async Task Id_token_is_no_access_token() => Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(client: null)));

    [Fact]
    public async Task Unsigned_token_is_refused()
    {
        var parts = Token().Split('.');
        var header = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT","kid":"key-1"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync($"{header}.{parts[1]}."));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync($"{header}.{parts[1]}.{parts[2]}"));
    }

    [Fact]
    public async Task Token_signed_with_the_public_key_as_a_secret_is_refused()
    {
        var publicKey = _key.Rsa.ExportSubjectPublicKeyInfo();
        foreach (var secret in (byte[][])[publicKey, Encoding.ASCII.GetBytes(_key.Rsa.ExportSubjectPublicKeyInfoPem()), Encoding.ASCII.GetBytes(KeySet())])
        {
            var symmetric = new SymmetricSecurityKey(secret) { KeyId = "key-1" };
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(credentials: new SigningCredentials(symmetric, SecurityAlgorithms.HmacSha256))));
        }
    }

    [Fact]
    public async Task Changed_payload_is_refused()
    {
        var parts = Token(claims: []).Split('.');
        var payload = Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("\"azp\"", "\"roles\":[\"registry:read\"],\"azp\"", StringComparison.Ordinal));

        Assert.NotEqual(parts[1], payload);
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync($"{parts[0]}.{payload}.{parts[2]}"));
    }

    [Theory]
    [InlineData("a.b.c")]
    [InlineData("..")]
    [InlineData("eyJhbGciOiJSUzI1NiJ9.e30.")]
    public async Task Malformed_token_is_refused(string token) => Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(token));

    [Fact]
    public async Task Token_that_names_the_tenant_with_the_issuer_of_this_installation_is_refused() =>
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(issuer: "signals-functions")));

    [Fact]
    public async Task New_key_of_the_tenant_is_found_after_a_minute()
    {
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
        var next = NewKey("key-2");
        _published.Add(next);

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(key: next)));
        _host.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token(key: next)));
    }

    [Fact]
    public async Task Key_that_the_tenant_has_withdrawn_is_refused_after_half_a_day()
    {
        var next = NewKey("key-2");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
        _published.Clear();
        _published.Add(next);

        _host.Clock.Advance(TimeSpan.FromHours(12));

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token()));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token(key: next)));
    }

    [Fact]
    public async Task Storm_of_unknown_keys_asks_the_tenant_once_a_minute()
    {
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
        _host.Clock.Advance(TimeSpan.FromSeconds(61));
        var unknown = NewKey("unknown");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => CallAsync(Token(key: new RsaSecurityKey(unknown.Rsa) { KeyId = $"unknown-{i}" }))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer));
        Assert.Equal(2, _fetches);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
    }

    [Fact]
    public async Task Keys_are_fetched_once_for_many_calls()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync(Token())));

        Assert.Equal(1, _fetches);
    }

    [Fact]
    public async Task Tenant_that_is_away_is_no_reason_to_call_a_token_wrong()
    {
        _fault = context =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CallAsync(Token()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CallAsync(Token()));
        Assert.Equal(1, _fetches);
        _fault = null;
        _host.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
    }

    [Fact]
    public async Task Known_keys_outlast_a_tenant_that_is_away_but_not_for_ever()
    {
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
        _fault = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        _host.Clock.Advance(TimeSpan.FromHours(40));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(Token()));
        _host.Clock.Advance(TimeSpan.FromHours(10));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CallAsync(Token()));
    }

    [Fact]
    public async Task Answer_of_the_tenant_is_bounded()
    {
        _fault = async context =>
        {
            var line = new byte[64 * 1024];
            for (var i = 0; i < 1000; i++)
                await context.Response.Body.WriteAsync(line);
        };

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CallAsync(Token()));
    }

    [Fact]
    public async Task Short_keys_and_keys_for_encryption_are_no_signing_keys()
    {
        _published.Clear();
        var small = NewKey("short", bits: 1024);
        _published.Add(small);

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(Token(key: new RsaSecurityKey(NewKey("any").Rsa) { KeyId = "short" })));
    }

    private static RsaSecurityKey NewKey(string id, int bits = 2048) => new(RSA.Create(bits)) { KeyId = id };

    private string KeySet() => JsonSerializer.Serialize(new
    {
        keys = _published.Select(key => key.Rsa.ExportParameters(includePrivateParameters: false)).Zip(_published, (parameters, key) => new
        {
            kty = "RSA",
            use = "sig",
            kid = key.KeyId,
            n = Base64UrlEncoder.Encode(parameters.Modulus),
            e = Base64UrlEncoder.Encode(parameters.Exponent),
        }),
    });

    private string Token(
        Dictionary<string, object>? claims = null, string? issuer = null, string? audience = null, string? client = "azp", DateTime? notBefore = null,
        RsaSecurityKey? key = null, SigningCredentials? credentials = null)
    {
        var now = _host.Clock.GetUtcNow().UtcDateTime;
        var all = new Dictionary<string, object>(claims ?? new() { ["roles"] = new[] { AccessScopes.RegistryRead } }) { ["tid"] = Tenant };
        if (client is not null)
            all[client] = "99999999-2222-3333-4444-555555555555";
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? IssuerOfVersion2,
            Audience = audience ?? Application,
            IssuedAt = now,
            NotBefore = notBefore ?? now,
            Expires = now.AddHours(1),
            Claims = all,
            SigningCredentials = credentials ?? new SigningCredentials(key ?? _key, SecurityAlgorithms.RsaSha256),
        });
    }

    private async Task<HttpStatusCode> CallAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Probe);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _host.Anonymous.SendAsync(request);
        return answer.StatusCode;
    }
}
