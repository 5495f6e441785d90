using Signals.Engine.Attributes;

namespace Signals.Engine.Interventions;

/// <summary>
/// Lets published interventions fire while the streaming engine folds events: evaluated event by event, on the edge from false
/// to true, and put into the outbox once the state that fired them is durable.
/// </summary>
public sealed class InterventionEngine(IInterventionOutbox outbox, InterventionOptions? options = null) : ProfileWatcher
{
    internal override ProfileWatch? Prepare(PublishedDefinitions published) => RuleSet.From(published, options ?? new InterventionOptions());

    internal override async ValueTask PublishAsync(IReadOnlyList<PendingMessage> messages, CancellationToken cancellationToken) =>
        await outbox.AppendAsync([.. messages.Select(message => InterventionMessageCodec.Decode(message.Bytes.Span))], cancellationToken);
}
