using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Interventions;

/// <summary>Base of the tests of interventions over the shared runtime.</summary>
public abstract class InterventionTests(LocalRuntime runtime) : RuntimeTests(runtime)
{
    private const string Fence = "fence";

    /// <summary>Opens a stream to the shared runtime.</summary>
    protected Task<InterventionStream> SubscribeAsync(params string[] targets) =>
        InterventionStream.OpenAsync(string.Join('&', targets), Runtime.Address);

    /// <summary>
    /// What a stream has received since it was asked last, once everything that was sent has been processed: an intervention that is
    /// pushed then comes after all others.
    /// </summary>
    protected async Task<IReadOnlyList<ReceivedIntervention>> ReceivedAsync(InterventionStream stream)
    {
        await Client.AwaitProcessedAsync();
        var fence = Unique(Fence);
        Assert.Equal("success", await Client.PushAsync(stream.Query, fence));
        var received = new List<ReceivedIntervention>();
        for (var next = await stream.NextAsync(); next.Name != fence; next = await stream.NextAsync())
        {
            if (!next.Name.StartsWith(Fence, StringComparison.Ordinal))
                received.Add(next);
        }
        return received;
    }
}
