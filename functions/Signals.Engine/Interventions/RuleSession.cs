using System.Runtime.InteropServices;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>Evaluates the rules around each event of a batch, and leaves what fires in the profile that made it fire.</summary>
internal sealed class RuleSession(RuleSet rules, int count, EventBatch batch, EventTime now, InterventionOptions options) : ProfileWatchSession
{
    private readonly List<Candidate> _candidates = [];
    private readonly List<Candidate> _firing = [];
    private readonly List<AttributeValue> _before = [];
    private readonly List<AttributeValue> _after = [];

    /// <summary>By the index of a rule: the number of the last event that made it a candidate.</summary>
    private readonly int[] _candidateOf = new int[count];
    private int _event;
    private int _rank;

    /// <summary>A rule that the event may fire, the profile that triggers it, and where its values before begin.</summary>
    private readonly record struct Candidate(CompiledRule Rule, TouchedProfile Home, int Before);

    public override void Before(Range visits)
    {
        _candidates.Clear();
        _before.Clear();
        _event++;
        _rank = 0;
        foreach (ref readonly var visit in batch.Visits[visits])
        {
            var profile = batch.ProfileOf(visit);
            if (visit.Admission != Admission.Apply)
                continue;
            foreach (ref readonly var update in batch.UpdatesOf(visit))
                foreach (var rule in rules.RulesOf(profile.Plan, update.Definition) ?? [])
                    AddCandidate(rule, profile, visits);
        }
    }

    public override void After(Range visits)
    {
        if (_candidates.Count == 0)
            return;
        _firing.Clear();
        foreach (var candidate in _candidates)
        {
            _after.Clear();
            AddValues(_after, candidate.Rule.References, visits);
            var before = CollectionsMarshal.AsSpan(_before).Slice(candidate.Before, _after.Count);
            if (candidate.Rule.Fires(new ValuesAround(before, CollectionsMarshal.AsSpan(_after))))
                _firing.Add(candidate);
        }
        _firing.Sort(static (a, b) => a.Rule.Index.CompareTo(b.Rule.Index));
        foreach (var candidate in _firing)
            Fire(candidate, visits);
    }

    private void AddCandidate(CompiledRule rule, TouchedProfile home, Range visits)
    {
        if (_candidateOf[rule.Index] == _event)
            return;
        _candidateOf[rule.Index] = _event;
        _candidates.Add(new Candidate(rule, home, _before.Count));
        AddValues(_before, rule.References, visits);
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
        var values = new List<AttributeValue>(references.Count);
        AddValues(values, references, visits);
        return [.. values];
    }

    private void AddValues(List<AttributeValue> values, IReadOnlyList<AttributeReference> references, Range visits)
    {
        for (var i = 0; i < references.Count; i++)
            values.Add(references[i].ValueIn(ProfileOn(references[i].Plan.Name, visits)?.State, now));
    }

    private TouchedProfile? ProfileOn(string attributeKey, Range visits)
    {
        foreach (ref readonly var visit in batch.Visits[visits])
            if (batch.ProfileOf(visit) is var profile && profile.Key.AttributeKey == attributeKey)
                return profile;
        return null;
    }
}
