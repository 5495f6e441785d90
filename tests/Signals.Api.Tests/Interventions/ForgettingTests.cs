using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Interventions;

namespace Signals.Api.Tests.Interventions;

public sealed class ForgettingTests
{
    [Fact]
    [Trait("Row", "65")]
    public async Task Deleting_a_persons_data_deletes_what_was_decided_for_them()
    {
        await using var host = await ServingHost.StartAsync();
        var outbox = host.Api.Services.GetRequiredService<IInterventionOutbox>();
        await outbox.AppendAsync([InterventionSite.Message(InterventionSite.Ann), InterventionSite.Message(InterventionSite.Bob)], default);

        using var answer = await host.Client.DeleteAsync($"/api/v1/domain_userid/{InterventionSite.Ann.Identifier}");

        Assert.Equal("""{"keys_found":true,"message":"Deleted data for domain_userid"}""", await answer.Content.ReadAsStringAsync());
        var decisions = JsonDocument.Parse(await host.Client.GetStringAsync("/api/v1/interventions/decisions")).RootElement.GetProperty("decisions");
        Assert.Equal(
            [InterventionSite.Bob.Identifier],
            decisions.EnumerateArray().Select(decision => decision.GetProperty("target_attribute_key").GetProperty("id").GetString()));
    }
}
