namespace Signals.Functions.Tests.Cloud;

/// <summary>The least settings of the runtime on Azure, with changes.</summary>
public static class CloudConfiguration
{
    public static IConfiguration Of(params (string Name, string? Value)[] changes)
    {
        var settings = new Dictionary<string, string?>
        {
            ["EventHubs:fullyQualifiedNamespace"] = "my-namespace.servicebus.windows.net",
            ["EnrichedHub"] = "enriched",
            ["EnrichedHubPartitions"] = "32",
            ["AggregatedHub"] = "enriched",
            ["AggregatedConsumerGroup"] = "signals",
            ["ResolvedHub"] = "resolved",
            ["DeferredHub"] = "deferred",
            ["Signals:Cosmos:Endpoint"] = "https://my-account.documents.azure.com:443/",
        };
        foreach (var (name, value) in changes)
            settings[name] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
    }
}
