using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>Evaluates the rules around each event of a batch, and leaves what fires in the profile that made it fire.</summary>
internal sealed class RuleSession(RuleSet rules, EventBatch batch, EventTime now, InterventionOptions options) : ProfileWatchSession
{
    private readonly List<Candidate> _candidates = [];
    private int _rank;

    /// <summary>A rule that the event may fire, the profile that triggers it, and the values before.</summary>
    private readonly record struct Candidate(CompiledRule Rule, TouchedProfile Home, AttributeValue[] Before);

    public override void Before(Range visits)
    {
        _candidates.Clear();
        _rank = 0;
        foreach (ref readonly var visit in batch.Visits[visits])
        {
            var profile = batch.ProfileOf(visit);
            if (visit.Admission != Admission.Apply)
                continue;
            foreach (ref readonly var update in batch.UpdatesOf(visit))
                foreach (var rule in rules.RulesOf(profile.Plan, update.Definition) ?? [])
                    if (!_candidates.Exists(candidate => candidate.Rule == rule))
                        _candidates.Add(new Candidate(rule, profile, ValuesOf(rule.References, visits)));
        }
    }

    public override void After(Range visits)
    {
        if (_candidates.Count == 0)
            return;
        if (_candidates.Count > 1)
            _candidates.Sort((a, b) => b.Rule.Definition.Guards.Priority.CompareTo(a.Rule.Definition.Guards.Priority));
        foreach (var candidate in _candidates)
            if (candidate.Rule.Fires(new ValuesAround(candidate.Before, ValuesOf(candidate.Rule.References, visits))))
                Fire(candidate, visits);
    }

    private void Fire(Candidate candidate, Range visits)
    {
        if (candidate.Home.IsDone)
            return; // Its message is stored with it already; another profile of the batch had to be folded again.
        var definition = candidate.Rule.Definition;
        ref readonly var cause = ref batch.Events[batch.Visits[visits][0].Event];
        if (!GuardRails.IsActive(definition.Guards, now))
            return;
        var id = InterventionIds.Of(definition.Id, cause.EventId);
        var payload = InterventionPayload.Of(candidate.Rule.Payload, ValuesOf(candidate.Rule.Payload, visits), options);
        foreach (var key in candidate.Rule.Targets)
        {
            if (ProfileOn(key.Name, visits) is not { } target)
                continue;
            var decision = GuardRails.Decide(definition, target.Key, target.State!, options, now);
            if (decision is null)
                continue;
            var message = new InterventionMessage
            {
                InterventionId = id,
                Name = definition.Name,
                Version = definition.Version,
                Attributes = payload,
                Target = new InterventionTarget(target.Key.AttributeKey, target.Key.Identifier),
                Decision = decision.Value,
                DecidedAt = now.ToDateTimeOffset(),
                ExpiresAt = definition.Guards.ExpiresAfter is { } span ? now.ToDateTimeOffset() + span : null,
            };
            candidate.Home.State!.Leave(new PendingMessage(cause.Position, _rank++, now, InterventionMessageCodec.Encode(message)));
        }
    }

    private AttributeValue[] ValuesOf(IReadOnlyList<AttributeReference> references, Range visits)
    {
        var values = new AttributeValue[references.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = references[i].ValueIn(ProfileOn(references[i].Plan.Name, visits)?.State, now);
        return values;
    }

    private TouchedProfile? ProfileOn(string attributeKey, Range visits)
    {
        foreach (ref readonly var visit in batch.Visits[visits])
            if (batch.ProfileOf(visit) is var profile && profile.Key.AttributeKey == attributeKey)
                return profile;
        return null;
    }
}
