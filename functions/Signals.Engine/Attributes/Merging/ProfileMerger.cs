using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>A profile that stands for nobody any more, with what its survivor has to take over.</summary>
/// <param name="Key">Which.</param>
/// <param name="State">As the store has it.</param>
internal sealed record FrozenProfile(ProfileKey Key, ProfileState State);

/// <summary>
/// Carries merges of identities over to profiles: (1) freezes the profiles that end, (2) has the batch fold them into their
/// survivor like an event, (3) empties them once the survivor is stored. Each step may be repeated; nothing is lost or taken
/// over twice wherever it breaks off.
/// </summary>
internal sealed class ProfileMerger(IProfileStore profiles, int maxAttempts)
{
    /// <summary>
    /// Step 1, for all merges of a batch on one attribute key: gives every merged profile the name of its survivor, and adds to the
    /// batch what the survivors have to take over. Returns the profiles that hold something.
    /// </summary>
    public async ValueTask<IReadOnlyList<FrozenProfile>> FreezeAsync(EventBatch batch, KeyPlan plan, EventTime now, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var known = new Dictionary<string, ProfileState>(StringComparer.Ordinal);
            await LoadAsync(known, plan, batch.Merges.SelectMany(merge => merge.Merge.Merged.Append(merge.Merge.Survivor)), cancellationToken);
            foreach (var (_, merge) in batch.Merges)
                foreach (var merged in merge.Merged)
                    if (RootOf(known, merge.Survivor) is var root && root != merged)
                        known[merged].MergeInto(root);
            if (await WriteChangedAsync(known, plan, now, cancellationToken) is not { } lost)
                return Announce(batch, plan, known);
            if (attempt == maxAttempts)
                throw new ProfileContentionException(lost, attempt);
        }
    }

    /// <summary>Step 3: drops what survivors have taken over. Who was faster has dropped it, or will.</summary>
    public async ValueTask EmptyAsync(IReadOnlyList<FrozenProfile> frozen, EventTime now, CancellationToken cancellationToken)
    {
        foreach (var profile in frozen)
            profile.State.Empty();
        await WriteAsync(frozen, now, cancellationToken);
    }

    /// <summary>
    /// Adds one takeover per survivor, the profile nearest to it first: what that one had taken over itself must not count again.
    /// </summary>
    private static List<FrozenProfile> Announce(EventBatch batch, KeyPlan plan, Dictionary<string, ProfileState> known)
    {
        var frozen = new List<FrozenProfile>();
        foreach (var perRoot in batch.Merges.GroupBy(merge => RootOf(known, merge.Merge.Survivor), StringComparer.Ordinal))
        {
            var ended = perRoot.SelectMany(merge => merge.Merge.Merged).Distinct(StringComparer.Ordinal)
                .Where(id => known[id] is { HasStates: true, MergedInto: not null } && RootOf(known, id) == perRoot.Key)
                .OrderBy(id => StepsToRoot(known, id))
                .Select(id => new FrozenProfile(new ProfileKey(plan.Name, id), known[id])).ToList();
            frozen.AddRange(ended);
            ended.RemoveAll(profile => IsOnItsWay(known, profile));
            if (ended.Count > 0)
                batch.AddTakeover(perRoot.First().Event, plan, perRoot.Key, ended);
        }
        return frozen;
    }

    private async ValueTask LoadAsync(Dictionary<string, ProfileState> known, KeyPlan plan, IEnumerable<string> identifiers, CancellationToken cancellationToken)
    {
        var wanted = identifiers.Distinct(StringComparer.Ordinal).ToList();
        for (var hops = 0; wanted.Count > 0; hops++)
        {
            if (hops > ProfileMerges.MaxChain)
                throw new InvalidDataException($"Profiles of {plan.Name} were merged more than {ProfileMerges.MaxChain} times in a chain.");
            var stored = await profiles.ReadAsync(wanted.ConvertAll(id => new ProfileKey(plan.Name, id)), cancellationToken);
            for (var i = 0; i < wanted.Count; i++)
                known[wanted[i]] = stored[i] is { } document ? ProfileState.Decode(plan, document.State, document.ETag) : new ProfileState(plan);
            wanted = [.. known.Values.Select(state => state.MergedInto).OfType<string>().Where(id => !known.ContainsKey(id)).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>Writes the profiles that have changed; names one that somebody else changed meanwhile.</summary>
    private async ValueTask<ProfileKey?> WriteChangedAsync(Dictionary<string, ProfileState> known, KeyPlan plan, EventTime now, CancellationToken cancellationToken)
    {
        var changed = known.Where(entry => entry.Value.IsChanged).Select(entry => new FrozenProfile(new ProfileKey(plan.Name, entry.Key), entry.Value)).ToList();
        var etags = await WriteAsync(changed, now, cancellationToken);
        for (var i = 0; i < changed.Count; i++)
            if (etags[i] is null)
                return changed[i].Key;
        return null;
    }

    private async ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<FrozenProfile> changed, EventTime now, CancellationToken cancellationToken)
    {
        if (changed.Count == 0)
            return [];
        var (writer, scratch) = (new StateWriter(), new StateWriter());
        var writes = changed.Select(profile => new ProfileWrite(
            profile.Key, profile.State.Encode(writer, scratch, now, out var expiresAt), profile.State.ETag, expiresAt)).ToList();
        var etags = await profiles.WriteAsync(writes, cancellationToken);
        for (var i = 0; i < writes.Count; i++)
            if (etags[i] is { } etag)
                changed[i].State.MarkStored(etag, writes[i].State);
        return etags;
    }

    private static string RootOf(Dictionary<string, ProfileState> known, string identifier)
    {
        while (known[identifier].MergedInto is { } survivor)
            identifier = survivor;
        return identifier;
    }

    /// <summary>Whether a profile between it and its survivor has taken it over already, and brings it along.</summary>
    private static bool IsOnItsWay(Dictionary<string, ProfileState> known, FrozenProfile profile)
    {
        for (var next = profile.State; next.MergedInto is { } survivor; next = known[survivor])
            if (next.HasAbsorbed(profile.Key.Identifier))
                return true;
        return false;
    }

    private static int StepsToRoot(Dictionary<string, ProfileState> known, string identifier)
    {
        var steps = 0;
        for (; known[identifier].MergedInto is { } survivor; identifier = survivor)
            steps++;
        return steps;
    }
}
