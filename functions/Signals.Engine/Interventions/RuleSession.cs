using System.Runtime.InteropServices;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>
/// Evaluates the rules around each event of a batch. What fires for one profile alone is left in that profile. What fires by several
/// profiles is left in the one that made it fire when the store writes them together, else among the decisions of the batch.
/// </summary>
internal sealed partial class RuleSession(
    RuleSet rules, int count, EventBatch batch, RoundDecisions? decisions, EventTime now, InterventionOptions options) : ProfileWatchSession
{
    private readonly List<Candidate> _candidates = [];
    private readonly List<Candidate> _firing = [];
    private readonly List<AttributeValue> _before = [];
    private readonly List<AttributeValue> _after = [];

    /// <summary>By the index of a rule: the number of the last event that made it a candidate.</summary>
    private readonly int[] _candidateOf = new int[count];
    private int _event;
    private int _rank;

    /// <summary>Where the decision on a rule belongs.</summary>
    private enum Standing
    {
        /// <summary>Into the profile that triggers it, with the state that it comes from.</summary>
        InProfile,

        /// <summary>On the record of the partition.</summary>
        OnRecord,

        /// <summary>On record already, and to be corrected: another partition changed a profile before this one could write it.</summary>
        ToCorrect,

        /// <summary>On record already.</summary>
        Decided,
    }

    /// <summary>A rule that the event may fire, the profile that triggers it, where its values before begin, and whether it fires.</summary>
    private readonly record struct Candidate(CompiledRule Rule, TouchedProfile Home, Standing Standing, int Before, bool Fires);

    /// <summary>A message for a target that is at hand.</summary>
    private readonly record struct Sending(PendingMessage Message, TouchedProfile Target, InterventionDecision Decision);

    public override void Before(Range visits)
    {
        _candidates.Clear();
        _before.Clear();
        _event++;
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
        var recorded = RecordedFor(visits);
        if (_candidates.Count == 0 && recorded.Count == 0)
            return;
        _rank = recorded.Count == 0 ? 0 : recorded.Max(taken => taken.Message.Rank) + 1;
        _firing.Clear();
        foreach (var candidate in _candidates)
        {
            var fires = Fires(candidate, visits);
            if (fires || candidate.Standing == Standing.ToCorrect)
                _firing.Add(candidate with { Fires = fires });
        }
        AddWithdrawn(recorded, visits);
        _firing.Sort(static (a, b) => a.Rule.Index.CompareTo(b.Rule.Index));
        foreach (var candidate in _firing)
        {
            TakeOver(recorded, candidate.Rule.Index, visits);
            Decide(candidate, recorded, visits);
        }
        TakeOver(recorded, int.MaxValue, visits);
    }

    private void AddCandidate(CompiledRule rule, TouchedProfile home, Range visits)
    {
        if (_candidateOf[rule.Index] == _event)
            return;
        _candidateOf[rule.Index] = _event;
        var standing = StandingOf(rule, visits);
        if (standing == Standing.Decided)
            return;
        _candidates.Add(new Candidate(rule, home, standing, _before.Count, Fires: false));
        AddValues(_before, rule.References, visits);
    }

    private bool Fires(in Candidate candidate, Range visits)
    {
        _after.Clear();
        AddValues(_after, candidate.Rule.References, visits);
        var before = CollectionsMarshal.AsSpan(_before).Slice(candidate.Before, _after.Count);
        return candidate.Rule.Fires(new ValuesAround(before, CollectionsMarshal.AsSpan(_after)));
    }

    private void Decide(Candidate candidate, List<Taken> recorded, Range visits)
    {
        switch (candidate.Standing)
        {
            case Standing.ToCorrect:
                Correct(candidate, recorded, visits);
                break;
            case Standing.OnRecord:
                foreach (var sending in Send(candidate, visits))
                    decisions!.Add(sending.Message);
                break;
            default:
                // A profile that is written has its messages with it; another one of the batch had to be folded again.
                var sendings = Send(candidate, visits);
                if (!candidate.Home.IsDone)
                    sendings.ForEach(sending => candidate.Home.State!.Leave(sending.Message));
                break;
        }
    }

    /// <summary>Makes the messages of a rule that fired, and remembers in the profiles of the targets what is delivered.</summary>
    private List<Sending> Send(in Candidate candidate, Range visits)
    {
        var sendings = new List<Sending>();
        var definition = candidate.Rule.Definition;
        if (!candidate.Fires || !GuardRails.IsActive(definition.Guards, now))
            return sendings;
        var cause = CauseOf(visits);
        var id = InterventionIds.Of(definition.Id, cause.EventId);
        var payload = InterventionPayload.Of(candidate.Rule.Payload, ValuesOf(candidate.Rule.Payload, visits), options);
        foreach (var key in candidate.Rule.Targets)
        {
            var place = PlaceOf(key.Name, visits);
            if (place < 0)
                continue;
            var target = batch.ProfileOf(batch.Visits[place]);
            if (GuardRails.Decide(definition, target.Key, target.State!, options, now) is not { } decision)
                continue;
            var message = new InterventionMessage
            {
                InterventionId = id,
                Name = definition.Name,
                Version = definition.Version,
                Attributes = payload,
                Target = new InterventionTarget(target.Key.AttributeKey, target.Key.Identifier),
                Decision = decision,
                DecidedAt = now.ToDateTimeOffset(),
                ExpiresAt = definition.Guards.ExpiresAfter is { } span ? now.ToDateTimeOffset() + span : null,
            };
            sendings.Add(new Sending(new PendingMessage(cause.Position, _rank++, now, InterventionMessageCodec.Encode(message)), target, decision));
            if (decision == InterventionDecision.Deliver)
                Remember(candidate.Rule, place, now);
        }
        return sendings;
    }

    private BatchEvent CauseOf(Range visits) => batch.Events[batch.Visits[visits][0].Event];

    private AttributeValue[] ValuesOf(IReadOnlyList<AttributeReference> references, Range visits)
    {
        var values = new List<AttributeValue>(references.Count);
        AddValues(values, references, visits);
        return [.. values];
    }

    private void AddValues(List<AttributeValue> values, IReadOnlyList<AttributeReference> references, Range visits)
    {
        for (var i = 0; i < references.Count; i++)
        {
            var place = PlaceOf(references[i].Plan.Name, visits);
            values.Add(references[i].ValueIn(place < 0 ? null : batch.ProfileOf(batch.Visits[place]).State, now));
        }
    }

    /// <summary>Index of the visit to the profile on an attribute key; -1 when the event does not carry its identifier.</summary>
    private int PlaceOf(string attributeKey, Range visits)
    {
        var (first, length) = visits.GetOffsetAndLength(batch.Visits.Length);
        for (var i = first; i < first + length; i++)
            if (batch.ProfileOf(batch.Visits[i]).Key.AttributeKey == attributeKey)
                return i;
        return -1;
    }
}
