using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class InterventionTestTests
{
    private const string Query = "?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5";

    [Fact]
    public async Task A_published_intervention_is_sent_with_the_attributes_of_the_target()
    {
        await using var site = await StartAsync(services: services => services.AddSingleton<IInterventionPayloads, EchoingPayloads>());
        Define(site, Definition(1, published: true), Definition(2, published: true), Definition(3, published: false));
        await using var stream = await EventStream.OpenReadyAsync(site.Host, Query);

        var (status, body) = await SendAsync(site, """{"name":"cart_help"}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("success", body.GetProperty("status").GetString());
        Assert.Equal(2, body.GetProperty("version").GetInt32());
        var received = (await stream.ReadMessageAsync())!;
        Assert.Equal(body.GetProperty("intervention_id").GetGuid(), received.InterventionId);
        Assert.Equal($"\"{Ann.Identifier}\"", received.Payload.GetProperty("attributes").GetProperty("who").GetString());
        Assert.Equal("undelivered", (await SendAsync(site, """{"name":"cart_help","version":1}""", "?domain_userid=" + Bob.Identifier)).Body.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("""{"name":"cart_help","version":3}""", HttpStatusCode.NotFound)]
    [InlineData("""{"name":"cart_help","version":4}""", HttpStatusCode.NotFound)]
    [InlineData("""{"name":"other"}""", HttpStatusCode.NotFound)]
    [InlineData("""{"name":"cart_help","version":0}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"name":""}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("[]", HttpStatusCode.UnprocessableEntity)]
    public async Task What_is_not_published_is_not_sent(string body, HttpStatusCode expected)
    {
        await using var site = await StartAsync(services: services => services.AddSingleton<IInterventionPayloads, EchoingPayloads>());
        Define(site, Definition(1, published: true), Definition(3, published: false));

        var (status, answer) = await SendAsync(site, body);

        Assert.Equal(expected, status);
        Assert.NotEmpty(answer.GetProperty("detail").GetString()!);
    }

    private static void Define(InterventionSite site, params InterventionDefinition[] definitions)
    {
        foreach (var definition in definitions)
            site.Definitions.Current = site.Definitions.Current with { Interventions = site.Definitions.Current.Interventions.SetItem(definition.Id, definition) };
    }

    private static InterventionDefinition Definition(int version, bool published) => new()
    {
        Name = "cart_help",
        Version = version,
        Criteria = new AttributeCriterion { Group = "shopping", Attribute = "cart_value", Operator = AttributeOperator.IsNotNull },
        IsPublished = published,
    };

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(InterventionSite site, string body, string query = Query)
    {
        using var answer = await site.Host.Client.PostAsync(
            "/api/v1/testing/interventions/send" + query, new StringContent(body, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    private sealed class EchoingPayloads : IInterventionPayloads
    {
        public ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(
            InterventionDefinition definition, InterventionTarget target, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["who"] = $"\"{target.Identifier}\"" });
    }
}
