using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>What is decided by several profiles, where they cannot be written together (see <see cref="DecisionRecord"/>).</summary>
internal sealed partial class RuleSession
{
    /// <summary>A message on record that the event at hand caused.</summary>
    /// <param name="Message">As it is on record.</param>
    /// <param name="Content">What it says.</param>
    /// <param name="Rule">Its rule; null when that is not published any more.</param>
    private sealed record Taken(PendingMessage Message, InterventionMessage Content, CompiledRule? Rule)
    {
        /// <summary>Whether it has come to its effect in this pass, or is to be corrected.</summary>
        public bool IsSettled { get; set; }

        /// <summary>Whether it was delivered to the profile of a visit, be it before another one stood for it.</summary>
        public bool IsDeliveredTo(TouchedProfile profile, in Visit visit)
        {
            var target = new ProfileKey(Content.Target.AttributeKey, Content.Target.Identifier);
            return Content.Decision == InterventionDecision.Deliver && (target == profile.Key || target == visit.AddressedTo?.Key);
        }
    }

    private Standing StandingOf(CompiledRule rule, Range visits)
    {
        if (decisions is null || rule.Companions.Count == 1)
            return Standing.InProfile;
        var profiles = 0;
        var (moved, known) = (false, false);
        var position = CauseOf(visits).Position;
        foreach (ref readonly var visit in batch.Visits[visits])
        {
            var profile = batch.ProfileOf(visit);
            if (!rule.LooksAt(profile.Key.AttributeKey))
                continue;
            profiles++;
            moved |= profile.IsMoved;
            known |= visit.Admission == Admission.Redelivered || (visit.Admission == Admission.Companion && Knows(profile.State!, visit.AddressedTo, position));
        }
        if (profiles == 1)
            return Standing.InProfile;
        if (!decisions.IsDecided(position))
        {
            decisions.NoteDecided();
            return Standing.OnRecord;
        }
        return moved && !known ? Standing.ToCorrect : Standing.Decided;
    }

    private List<Taken> RecordedFor(Range visits)
    {
        if (decisions is null || CauseOf(visits).Position is var position && !decisions.Concerns(position))
            return [];
        var taken = new List<Taken>();
        foreach (var message in decisions.Of(position))
        {
            var content = InterventionMessageCodec.Decode(message.Bytes.Span);
            taken.Add(new Taken(message, content, rules.Find(new VersionedName(content.Name, content.Version))));
        }
        return taken;
    }

    /// <summary>Rules that fired by values that never came to be, and now are not even asked.</summary>
    private void AddWithdrawn(List<Taken> recorded, Range visits)
    {
        foreach (var taken in recorded)
        {
            if (taken.Rule is not { } rule || StandingOf(rule, visits) != Standing.ToCorrect)
                continue;
            taken.IsSettled = true;
            if (!_firing.Exists(candidate => candidate.Rule == rule))
                _firing.Add(new Candidate(rule, batch.ProfileOf(batch.Visits[visits][0]), Standing.ToCorrect, Before: 0, Fires: false));
        }
    }

    /// <summary>Lets messages on record come to their effect on the profiles of their targets: those of the rules before one, which they were decided before.</summary>
    private void TakeOver(List<Taken> recorded, int beforeRule, Range visits)
    {
        foreach (var taken in recorded)
        {
            if (taken.IsSettled || (taken.Rule?.Index ?? -1) >= beforeRule)
                continue;
            taken.IsSettled = true;
            var place = PlaceOf(taken.Content.Target.AttributeKey, visits);
            if (place >= 0 && taken.Rule is { } rule && taken.IsDeliveredTo(batch.ProfileOf(batch.Visits[place]), batch.Visits[place]))
                Remember(rule, place, taken.Message.At);
        }
    }

    /// <summary>
    /// Remembers in the profile of a target what is delivered to it, unless the profile knows the event already: then it knows that as well.
    /// </summary>
    private void Remember(CompiledRule rule, int place, EventTime at)
    {
        if (GuardRails.Remembers(rule.Definition, options) && TakesNote(place))
            GuardRails.Remember(rule.Definition, batch.ProfileOf(batch.Visits[place]).State!, options, at);
    }

    private bool TakesNote(int place)
    {
        ref var visit = ref batch.Visits[place];
        if (decisions is not null && visit.Admission == Admission.Companion)
            visit.Admission = TryMark(batch.ProfileOf(visit).State!, visit.AddressedTo, batch.Events[visit.Event].Position) ? Admission.Marked : Admission.Redelivered;
        return visit.Admission != Admission.Redelivered;
    }

    private static bool Knows(ProfileState profile, TouchedProfile? merged, LogPosition position) => merged is null
        ? profile.HasSeen(position)
        : merged.State!.HasSeen(position) || profile.HasSeenFor(merged.Key.Identifier, position);

    private static bool TryMark(ProfileState profile, TouchedProfile? merged, LogPosition position) =>
        !Knows(profile, merged, position) && (merged is null ? profile.TryMark(position) : profile.TryMarkFor(merged.Key.Identifier, position));

    /// <summary>
    /// Decides again what was decided from values that never came to be, and brings the record and the targets that are written already
    /// in line with that.
    /// </summary>
    private void Correct(in Candidate candidate, List<Taken> recorded, Range visits)
    {
        var rule = candidate.Rule;
        var before = recorded.FindAll(taken => taken.Rule == rule);
        var after = Send(candidate, visits);
        if (before.Count == after.Count && before.Zip(after).All(pair => pair.First.Message.Bytes.Span.SequenceEqual(pair.Second.Message.Bytes.Span)))
            return;
        before.ForEach(taken => decisions!.Withdraw(taken.Message));
        after.ForEach(sending => decisions!.Add(sending.Message));
        if (!GuardRails.Remembers(rule.Definition, options))
            return;
        var position = CauseOf(visits).Position;
        foreach (ref readonly var visit in batch.Visits[visits])
        {
            var profile = batch.ProfileOf(visit);
            if (!profile.IsDone)
                continue;
            var (merged, was) = (visit.AddressedTo, false);
            foreach (var taken in before)
                was |= taken.IsDeliveredTo(profile, visit);
            var isNow = after.Exists(sending => sending.Target == profile && sending.Decision == InterventionDecision.Deliver);
            if (was && !isNow)
                decisions!.Amend(profile, state => GuardRails.Forget(rule.Definition, state, now));
            else if (!was && isNow)
                decisions!.Amend(profile, state =>
                {
                    TryMark(state, merged, position);
                    GuardRails.Remember(rule.Definition, state, options, now);
                });
        }
    }
}
