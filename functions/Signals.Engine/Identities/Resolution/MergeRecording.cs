using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Writes merges into the root that survives them.</summary>
internal static class MergeRecording
{
    /// <summary>
    /// The survivor with the absorbed profiles and everything that those had absorbed, and with a merge event to publish. A child that
    /// is named already stays as it is.
    /// </summary>
    public static ProfileItem Record(
        ProfileItem survivor, IReadOnlyList<ProfileItem> absorbed, EventTime at, string eventId, string appId, EventTime now)
    {
        // Steps of one event that a crash had torn apart make one merge event, as long as it was not published.
        var joins = !survivor.Pending.IsEmpty && survivor.Pending[^1].EventId == eventId;
        var number = joins ? survivor.MergeEvents : survivor.MergeEvents + 1;
        var named = survivor.Children.Select(child => child.Id).ToHashSet();
        var children = survivor.Children.ToBuilder();
        var linked = survivor.LinkedIdentifiers;
        var owners = survivor.Owners;
        foreach (var profile in absorbed)
        {
            if (named.Add(profile.Id))
            {
                children.Add(new AbsorbedProfile(profile.Id, profile.CreatedAt, at, eventId, number));
                linked += profile.LinkedIdentifiers;
            }
            foreach (var grandchild in profile.Children)
            {
                if (named.Add(grandchild.Id))
                    children.Add(grandchild with { Number = number });
            }
            foreach (var owner in profile.Owners)
            {
                if (!owners.Contains(owner))
                    owners = owners.Add(owner);
            }
        }
        return survivor with
        {
            Children = children.ToImmutable(),
            LinkedIdentifiers = linked,
            Owners = owners,
            MergeEvents = number,
            Pending = joins ? survivor.Pending : survivor.Pending.Add(new PendingMerge(number, eventId, appId, now)),
        };
    }
}
