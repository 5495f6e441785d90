using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>Makes payloads from the Profiles Store: what the rule would send if an event with this target alone fired it now.</summary>
public sealed class InterventionPayloadReader(
    IDefinitionSource definitions, IProfileStore profiles, TimeProvider time, InterventionOptions options) : IInterventionPayloads
{
    /// <inheritdoc />
    public async ValueTask<IReadOnlyDictionary<string, string>> ReadAsync(
        InterventionDefinition definition, InterventionTarget target, CancellationToken cancellationToken)
    {
        var rule = new CompiledRule(definition, PublishedDefinitions.From(definitions.Current));
        var columns = rule.Payload.Where(reference => reference.Plan.Name == target.AttributeKey).ToList();
        if (columns.Count == 0)
            return InterventionPayload.Of([], [], options);
        var stored = (await profiles.ReadAsync([new ProfileKey(target.AttributeKey, target.Identifier)], cancellationToken))[0];
        var state = stored is null ? null : ProfileState.Decode(columns[0].Plan, stored.State, stored.ETag);
        var now = EventTime.From(time.GetUtcNow());
        return InterventionPayload.Of(columns, [.. columns.Select(column => column.ValueIn(state, now))], options);
    }
}
