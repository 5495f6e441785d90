namespace Signals.Engine.Identities;

internal sealed partial class ResolutionRules
{
    private bool TryFindAnonymous(List<KnownIdentifier> contested, IdentityGraph graph, out SnowplowId id, out ProfileItem? profile)
    {
        id = contested.Select(identifier => identifier.Item!.AnonymousId).FirstOrDefault(marked => !marked.IsNone);
        if (!id.IsNone)
            return graph.TryFindProfile(id, out profile);
        for (var generation = 0; ; generation++)
        {
            id = _derivation.Anonymous(contested[0].Identifier, generation);
            if (!graph.TryFindProfile(id, out profile) | !graph.TryFindTombstone(id, out var tombstone))
                return false;
            if (profile is null ? tombstone is null : profile.Kind == ProfileKind.Anonymous)
                return true;
        }
    }

    /// <summary>
    /// The id of a new person: the first generation that is free. Where the id is there already, and is neither released nor gone,
    /// somebody else is making it or has made it: the event joins it if it may. False when something has to be loaded first.
    /// </summary>
    private bool TryFindNewId(
        ResolutionRequest request, Identifier leading, Predicate<ProfileItem> joins, IdentityGraph graph, out SnowplowId id, out ProfileItem? joined)
    {
        joined = null;
        for (var generation = 0; ; generation++)
        {
            id = _derivation.NewPerson(leading, request.EventId, request.Time, generation);
            if (_configuration.IdStrategy == IdStrategy.Random)
                return true;
            if (!graph.TryFindProfile(id, out var profile) | !graph.TryFindTombstone(id, out var tombstone))
                return false;
            if (profile is null)
            {
                if (tombstone is null)
                    return true;
                continue;
            }
            if (profile.IsReleased || profile.Kind == ProfileKind.Erased)
                continue;
            if (!graph.TryFindRoot(id, out var root))
                return false;
            if (root is { Kind: ProfileKind.Person } && joins(root))
            {
                joined = root;
                return true;
            }
        }
    }
}
