using Signals.Functions.Azure;

namespace Signals.Functions.Tests.Azure;

public sealed class AzureApplicationTests
{
    [Fact]
    public async Task Process_that_lacks_settings_ends_and_names_them_all()
    {
        var errors = Console.Error;
        using var written = new StringWriter();
        Console.SetError(written);
        try
        {
            Assert.Equal(1, await AzureApplication.RunAsync(["--EnrichedHub=enriched"]));
        }
        finally
        {
            Console.SetError(errors);
        }

        foreach (var setting in (string[])["EventHubs__fullyQualifiedNamespace", "EnrichedHubPartitions", "AggregatedHub", "AggregatedConsumerGroup", "Signals__Cosmos__Endpoint"])
            Assert.Contains($"Setting {setting} is missing: expected ", written.ToString());
        Assert.DoesNotContain("Setting EnrichedHub ", written.ToString());
    }
}
