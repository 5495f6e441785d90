using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Makes requests of identifiers that somebody names, without an event line: the rules of section 4 hold for them, too.</summary>
/// <param name="metrics">Where dropped values are counted.</param>
public sealed class GivenIdentifiers(ExtractionMetrics metrics)
{
    /// <summary>Name under which requests carry the link from another domain.</summary>
    public const string AliasName = CrossDomainAlias.Name;

    /// <summary>The request for some values; null when none of them identifies anybody.</summary>
    /// <param name="plan">The configuration in force.</param>
    /// <param name="values">Values by the name of their type, and the alias under <see cref="AliasName"/>. Other names are not looked at.</param>
    /// <param name="eventId">Id of the event.</param>
    /// <param name="time">Its time by <see cref="IdentifierReader.TimeOf(EventTime?, DateTimeOffset)"/>.</param>
    /// <param name="appId">Its <c>app_id</c>; empty when it has none.</param>
    public ResolutionRequest? ToRequest(
        IdentifierPlan plan, IReadOnlyDictionary<string, string> values, string eventId, EventTime time, string appId = "")
    {
        var collector = new IdentifierCollector(metrics);
        collector.Begin(plan);
        foreach (var source in plan.Sources)
            if (values.TryGetValue(source.IsAlias ? AliasName : source.Type.Name, out var value))
                collector.Add(source, value);
        return collector.IsEmpty ? null : collector.ToRequest(eventId, time, appId);
    }
}
