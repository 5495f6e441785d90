using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>
/// Looks at the profiles of an event just before and just after it is folded, and leaves messages in them. The messages are
/// stored in one write with the state that they come from, and handed out once that is durable. Where several profiles cannot be
/// written together, messages that come from several are put on record before (<see cref="DecisionRecord"/>).
/// </summary>
public abstract class ProfileWatcher
{
    private protected ProfileWatcher()
    {
    }

    /// <summary>Makes ready for what is published; null when there is nothing to watch.</summary>
    internal abstract ProfileWatch? Prepare(PublishedDefinitions published);

    /// <summary>Hands out messages. They may have been handed out before: the same message must count once.</summary>
    internal abstract ValueTask PublishAsync(IReadOnlyList<PendingMessage> messages, CancellationToken cancellationToken);
}

/// <summary>What is watched under one plan. Shared by all batches.</summary>
internal abstract class ProfileWatch
{
    /// <summary>
    /// Attribute keys whose profiles must be at hand when an event updates a definition, beside its own; empty when nobody
    /// watches the definition.
    /// </summary>
    public abstract IReadOnlyList<AttributeKeyDefinition> CompanionsOf(KeyPlan plan, DefinitionPlan definition);

    /// <summary>Whether some of it is decided by looking at several profiles at once.</summary>
    public abstract bool LooksAcrossProfiles { get; }

    /// <summary>Starts watching one batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="decisions">
    /// Takes and gives what is decided by several profiles; null when the store writes profiles together, so that every message is
    /// left in a profile.
    /// </param>
    /// <param name="now">The moment of evaluation.</param>
    public abstract ProfileWatchSession Start(EventBatch batch, RoundDecisions? decisions, EventTime now);
}

/// <summary>Watches the events of one batch, in order. An event is given by the range of its visits.</summary>
internal abstract class ProfileWatchSession
{
    /// <summary>The profiles are as before the event.</summary>
    public abstract void Before(Range visits);

    /// <summary>The profiles are as after the event.</summary>
    public abstract void After(Range visits);
}
