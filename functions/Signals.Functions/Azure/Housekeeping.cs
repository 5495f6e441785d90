using Microsoft.Azure.Functions.Worker;
using Signals.Engine.Interventions;

namespace Signals.Functions.Azure;

/// <summary>Drops from the stores what has expired and does not expire by itself. The platform sees to it that it runs once at a time.</summary>
/// <param name="outbox">The outbox of interventions.</param>
/// <param name="profiles">The Profiles Store.</param>
/// <param name="upkeep">Looks after the identity graph.</param>
/// <param name="log">Where it says that it has run: its silence is an alert.</param>
public sealed partial class Housekeeping(IInterventionOutbox outbox, Engine.Attributes.IProfileStore profiles, Engine.Identities.IdentityUpkeep upkeep, ILogger<Housekeeping> log)
{
    private const int ItemsPerStep = 1000;

    /// <summary>Takes steps until there is nothing more to drop.</summary>
    [Function("Housekeeping")]
    public async Task RunAsync([TimerTrigger("0 */10 * * * *")] TimerInfo timer, FunctionContext context)
    {
        while (await outbox.RemoveExpiredAsync(ItemsPerStep, context.CancellationToken) == ItemsPerStep)
        {
        }
        while (await profiles.RemoveExpiredAsync(ItemsPerStep, context.CancellationToken) == ItemsPerStep)
        {
        }
        await upkeep.RunAsync(context.CancellationToken);
        Ran(log);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Housekeeping has run.")]
    private static partial void Ran(ILogger log);
}
