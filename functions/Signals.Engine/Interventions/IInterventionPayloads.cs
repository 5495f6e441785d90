using Signals.Engine.Definitions;

namespace Signals.Engine.Interventions;

/// <summary>Makes the payload of an intervention without an event, to try one out (spec signals-api 9.3).</summary>
public interface IInterventionPayloads
{
    /// <summary>
    /// The attributes that would go along to a target now: those of the payload groups on the target's key that have a value, as
    /// the rule would send them.
    /// </summary>
    ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(
        InterventionDefinition definition, InterventionTarget target, CancellationToken cancellationToken);
}
