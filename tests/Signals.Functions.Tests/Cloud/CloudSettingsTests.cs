using Signals.Engine.Events;
using Signals.Functions.Cloud;
using Signals.Functions.Hosting;

namespace Signals.Functions.Tests.Cloud;

public sealed class CloudSettingsTests
{
    [Fact]
    public void Least_settings_are_enough()
    {
        var settings = CloudSettings.From(CloudConfiguration.Of());

        Assert.Equal(new Uri("https://my-namespace.servicebus.windows.net/"), settings.EventHubs);
        Assert.Equal(("enriched", 32), (settings.EnrichedHub, settings.EnrichedHubPartitions));
        Assert.Equal("signals", settings.Cosmos.Database);
        Assert.False(settings.Cosmos.Emulator);
        Assert.True(settings.CollectorEnabled);
    }

    [Fact]
    public void Without_a_tenant_no_tokens_of_Entra_are_accepted()
    {
        Assert.Null(CloudSettings.From(CloudConfiguration.Of()).ToApiOptions().Entra);
        Assert.Null(CloudSettings.From(CloudConfiguration.Of(("Signals:Entra:TenantId", ""), ("Signals:Entra:Audience", ""))).ToApiOptions().Entra);
    }

    [Fact]
    public void There_is_no_token_that_is_the_same_for_everybody()
    {
        var settings = CloudSettings.From(CloudConfiguration.Of(("Signals:SandboxToken", "a-token-of-some-length")));

        Assert.Empty(settings.ToApiOptions().SandboxTokens);
    }

    [Theory]
    [InlineData("EventHubs:fullyQualifiedNamespace", null, "EventHubs__fullyQualifiedNamespace", "servicebus.windows.net")]
    [InlineData("EventHubs:fullyQualifiedNamespace", "https://ns.servicebus.windows.net", "EventHubs__fullyQualifiedNamespace", "host name")]
    [InlineData("EventHubs:fullyQualifiedNamespace", "localhost", "EventHubs__fullyQualifiedNamespace", "host name")]
    [InlineData("EnrichedHub", null, "EnrichedHub", "the name of a hub")]
    [InlineData("EnrichedHub", "my hub", "EnrichedHub", "the name of a hub")]
    [InlineData("EnrichedHubPartitions", null, "EnrichedHubPartitions", "1 to 1024")]
    [InlineData("EnrichedHubPartitions", "0", "EnrichedHubPartitions", "1 to 1024")]
    [InlineData("EnrichedHubPartitions", "many", "EnrichedHubPartitions", "1 to 1024")]
    [InlineData("AggregatedHub", "", "AggregatedHub", "the name of a hub")]
    [InlineData("AggregatedConsumerGroup", null, "AggregatedConsumerGroup", "consumer group")]
    [InlineData("HubEpoch", "-1", "HubEpoch", "0 to")]
    [InlineData("Signals:Cosmos:Endpoint", null, "Signals__Cosmos__Endpoint", "https address")]
    [InlineData("Signals:Cosmos:Endpoint", "http://my-account.documents.azure.com/", "Signals__Cosmos__Endpoint", "https address")]
    [InlineData("Signals:Cosmos:Emulator", "maybe", "Signals__Cosmos__Emulator", "true or false")]
    [InlineData("Signals:Entra:TenantId", "my-tenant", "Signals__Entra__TenantId", "GUID")]
    [InlineData("Signals:Entra:TenantId", null, "Signals__Entra__TenantId", "GUID")]
    [InlineData("Signals:Entra:Audience", null, "Signals__Entra__Audience", "application ID")]
    [InlineData("Signals:Entra:Audience", "two words", "Signals__Entra__Audience", "application ID")]
    [InlineData("Signals:Entra:Authority", "http://login.example/", "Signals__Entra__Authority", "https address")]
    [InlineData("Signals:Collector", "maybe", "Signals__Collector", "true or false")]
    [InlineData("Signals:AllowedOrigins", "app.example", "Signals__AllowedOrigins", "https://app.example")]
    [InlineData("Signals:Subscriptions:MaxTotal", "0", "Signals__Subscriptions__MaxTotal", "1 to")]
    public void Missing_or_malformed_setting_is_named_with_what_is_expected(string setting, string? value, string name, string expected)
    {
        var error = Assert.Throws<SettingException>(() => CloudSettings.From(CloudConfiguration.Of(
            ("Signals:Entra:TenantId", "5f8f1f2e-61f8-4a4e-8df2-5d7e1b0f6a11"), ("Signals:Entra:Audience", "api://signals"), (setting, value))));

        Assert.Contains(name, error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var error = Assert.Throws<SettingException>(() => CloudSettings.From(CloudConfiguration.Of(("EnrichedHub", null), ("Signals:Collector", "maybe"))));

        Assert.Equal(2, error.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void Partition_numbers_say_which_hub_is_aggregated_and_which_epoch_it_has()
    {
        Assert.Equal(LogPartitions.Enriched(3), CloudSettings.From(CloudConfiguration.Of()).NumberOf(3));
        Assert.Equal(LogPartitions.Resolved(3, 1), CloudSettings.From(CloudConfiguration.Of(("AggregatedHub", "resolved"), ("HubEpoch", "1"))).NumberOf(3));
    }
}
