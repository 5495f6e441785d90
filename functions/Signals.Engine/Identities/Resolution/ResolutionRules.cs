using System.Collections.Immutable;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>
/// Decides what an event means for the graph (spec identities, 6.4 to 6.7). Looks at the graph in memory alone: where something is not
/// loaded there is no decision yet, and the graph has noted what it needs.
/// </summary>
internal sealed partial class ResolutionRules
{
    private readonly IdentityConfiguration _configuration;
    private readonly SnowplowIdDerivation _derivation;
    private readonly string? _uniqueType;
    private readonly Dictionary<string, int> _timeToLive;

    public ResolutionRules(IdentityConfiguration configuration)
    {
        _configuration = configuration;
        _derivation = new SnowplowIdDerivation(configuration);
        _uniqueType = configuration.Identifiers.FirstOrDefault(type => type.IsUnique)?.Name;
        _timeToLive = configuration.Identifiers.Where(type => type.TtlDays is not null).ToDictionary(type => type.Name, type => type.TtlDays!.Value);
    }

    public IdentityConfiguration Configuration => _configuration;

    public SnowplowIdDerivation Derivation => _derivation;

    private IdentityLimits Limits => _configuration.Limits;

    /// <summary>
    /// The answer for the usual event: all its identifiers have one link, to one root, and nothing is to be written. False when it
    /// takes a decision. Allocates nothing.
    /// </summary>
    public bool TryAnswer(ResolutionRequest request, ReadOnlySpan<IdentityItemKey> keys, IdentityGraph graph, EventTime now, out ResolutionResult result)
    {
        result = default;
        if (!request.FallbackId.IsNone)
            return false;
        graph.Owing.Clear();
        ProfileItem? common = null;
        var linked = default(SnowplowId);
        var owner = -1;
        for (var i = 0; i < keys.Length; i++)
        {
            if (graph.Find(keys[i]) is not { SoleProfile: { IsNone: false } profile } node || !IsSeenToday(node, request.Identifiers[i].Type, now))
                return false;
            if (common is null || profile != linked)
            {
                if (!graph.TryFindRoot(profile, out var root) || root is null || common is not null && !ReferenceEquals(root, common))
                    return false;
                common = root;
                linked = profile;
            }
            if (request.UniqueValue is not null && IsOwn(request, request.Identifiers[i]))
                owner = i;
        }
        if (common is null || owner >= 0 && !common.Owners.Contains(keys[owner]))
            return false;
        if (!common.Pending.IsEmpty || graph.Owing.Count > 0 || graph.Unfinished.Count > 0)
            return false;
        result = new ResolutionResult(common.Id, common.CreatedAt, ResolutionOutcome.Existing, ResolutionReasons.None);
        return true;
    }

    /// <summary>Decides an event. False when the graph has to load something first.</summary>
    /// <param name="request">The event.</param>
    /// <param name="keys">The keys of its identifiers, in order.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="now">The clock of the resolver.</param>
    /// <param name="decision">The decision.</param>
    public bool TryDecide(
        ResolutionRequest request,
        ReadOnlySpan<IdentityItemKey> keys,
        IdentityGraph graph,
        EventTime now,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Decision? decision)
    {
        decision = null;
        graph.Owing.Clear();
        var known = Know(request, keys, graph, now, out var reasons);
        var fallback = FallbackRoot(request, graph, now, out var creation);
        if (graph.IsMissingAny)
            return false;
        if (known.Count == 0)
            decision = new Decision { Outcome = ResolutionOutcome.None };
        else if (creation is not null)
            decision = creation;
        else if (request.UniqueValue is not null && known.Find(identifier => IsOwn(request, identifier.Identifier)) is { } owner)
            decision = DecideAsserted(request, known, owner, fallback, graph, now);
        else
            decision = DecideUnasserted(request, known, fallback, graph, now);
        if (decision is null)
            return false;
        decision.Reasons |= reasons;
        decision.Owing = [.. graph.Owing.Distinct()];
        if (!decision.IsPreparation)
            Touch(decision, known, now);
        return true;
    }

    private bool IsSeenToday(GraphNode node, string type, EventTime now) =>
        _timeToLive.Count == 0 || node.LastSeenDay >= Days(now) || !_timeToLive.ContainsKey(type);

    private bool IsOwn(ResolutionRequest request, in Identifier identifier) =>
        !identifier.IsAlias && identifier.Type == _uniqueType && identifier.Value == request.UniqueValue;

    private static List<KnownIdentifier> Know(
        ResolutionRequest request,
        ReadOnlySpan<IdentityItemKey> keys,
        IdentityGraph graph,
        EventTime now,
        out ResolutionReasons reasons)
    {
        reasons = ResolutionReasons.None;
        var known = new List<KnownIdentifier>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            if (!graph.TryFindIdentifier(keys[i], out var item))
                continue;
            if (item?.Guard is { } guard && guard.QuarantinedUntil > now)
            {
                reasons |= ResolutionReasons.QuarantinedIdentifier;
                continue;
            }
            var identifier = new KnownIdentifier(request.Identifiers[i], keys[i], item);
            known.Add(identifier);
            foreach (var link in item?.Links ?? [])
            {
                if (graph.TryFindRoot(link.Profile, out var root) && root is not null)
                    identifier.AddRoot(root);
            }
        }
        return known;
    }

    /// <summary>The root of the fallback id that is replayed; where the id does not exist, the decision to create it (spec identities, 9.4).</summary>
    private static ProfileItem? FallbackRoot(
        ResolutionRequest request, IdentityGraph graph, EventTime now, out Decision? creation)
    {
        creation = null;
        var id = request.FallbackId;
        if (id.IsNone || !graph.TryFindProfile(id, out var profile) | !graph.TryFindTombstone(id, out var tombstone))
            return null;
        if (profile is not null)
            return graph.TryFindRoot(id, out var root) && root?.Kind == ProfileKind.Person ? root : null;
        if (tombstone is not { Reason: TombstoneReason.Erasure })
        {
            creation = new Decision
            {
                Outcome = ResolutionOutcome.New,
                Survivor = NewProfile(request, id, ProfileKind.Person, now),
                Creates = true,
                IsPreparation = true,
            };
        }
        return null;
    }

    /// <summary>The event says who the user is.</summary>
    private Decision? DecideAsserted(
        ResolutionRequest request, List<KnownIdentifier> known, KnownIdentifier owner, ProfileItem? fallback, IdentityGraph graph, EventTime now)
    {
        bool IsCompatible(ProfileItem root) => root.Owners.IsEmpty || root.Owners.Contains(owner.Key) || owner.Roots.Contains(root);

        var candidates = RootsOf(known);
        var compatible = candidates.FindAll(IsCompatible);
        var conflicting = candidates.FindAll(root => !IsCompatible(root));
        if (fallback is not null && IsCompatible(fallback) && !compatible.Contains(fallback))
            compatible.Add(fallback);
        var conflict = conflicting.Count == 0 ? null : new IdentityConflict(false, [.. conflicting.Select(root => root.Id)]);
        if (compatible.Count == 0)
        {
            if (!TryFindNewId(request, Leading(known), IsCompatible, graph, out var newId, out var joined))
                return null;
            if (joined is null)
            {
                var created = new Decision
                {
                    Outcome = ResolutionOutcome.New,
                    Survivor = NewProfile(request, newId, ProfileKind.Person, now) with { Owners = [owner.Key] },
                    Creates = true,
                    Conflict = conflict,
                    Reasons = Reason(conflict),
                };
                return Link(created, known, owner);
            }
            compatible.Add(joined);
        }
        var survivor = Oldest(compatible);
        var absorbed = Absorb(survivor, compatible, out var reasons);
        var decision = new Decision
        {
            Outcome = ResolutionOutcome.Existing,
            Survivor = survivor,
            Absorbed = absorbed,
            Claims = survivor.Owners.Contains(owner.Key) ? null : owner.Key,
            Conflict = conflict,
            Reasons = reasons | Reason(conflict),
        };
        return Link(decision, known, owner);
    }

    /// <summary>The event asserts nobody.</summary>
    private Decision? DecideUnasserted(
        ResolutionRequest request, List<KnownIdentifier> known, ProfileItem? fallback, IdentityGraph graph, EventTime now)
    {
        var clear = known.FindAll(identifier => !identifier.IsAmbiguous);
        if (clear.Count == 0)
            return DecideConflict(request, known, fallback, graph, now);
        var candidates = RootsOf(clear);
        if (ProfileOwners.AnyConflict(candidates))
            return DecideConflict(request, clear.FindAll(identifier => identifier.Roots.Count > 0), fallback, graph, now);
        if (fallback is not null && !candidates.Contains(fallback) && !candidates.Exists(root => ProfileOwners.Conflict(root, fallback)))
            candidates.Add(fallback);
        if (candidates.Count == 0)
        {
            if (!TryFindNewId(request, Leading(clear), _ => true, graph, out var newId, out var joined))
                return null;
            if (joined is null)
            {
                var created = new Decision
                {
                    Outcome = ResolutionOutcome.New,
                    Survivor = NewProfile(request, newId, ProfileKind.Person, now),
                    Creates = true,
                };
                return Link(created, clear, null);
            }
            candidates.Add(joined);
        }
        var survivor = Oldest(candidates);
        var absorbed = Absorb(survivor, candidates, out var reasons);
        return Link(new Decision { Outcome = ResolutionOutcome.Existing, Survivor = survivor, Absorbed = absorbed, Reasons = reasons }, clear, null);
    }

    /// <summary>Nobody can say whose event it is (spec identities, 6.5).</summary>
    private Decision? DecideConflict(
        ResolutionRequest request, List<KnownIdentifier> contested, ProfileItem? fallback, IdentityGraph graph, EventTime now)
    {
        if (!TryFindAnonymous(contested, graph, out var id, out var anonymous))
            return null;
        var roots = RootsOf(contested).Where(root => !root.Owners.IsEmpty).OrderBy(root => root.CreatedAt).ThenBy(root => root.Id);
        var decision = new Decision
        {
            Outcome = ResolutionOutcome.Anonymous,
            Survivor = anonymous ?? NewProfile(request, id, ProfileKind.Anonymous, now),
            Creates = anonymous is null,
            Conflict = new IdentityConflict(true, [.. roots.Select(root => root.Id)]),
            Reasons = ResolutionReasons.UniqueIdentifierConflict,
        };
        decision.Marks.AddRange(contested.Where(identifier => identifier.Item!.AnonymousId.IsNone));

        // A fallback id that was made for this replay stands for nobody else.
        if (fallback is { Owners.IsEmpty: true, Children.IsEmpty: true } && fallback.Id == request.FallbackId && fallback.CreatedBy == request.EventId)
            decision.Absorbed = [fallback];
        return decision;
    }

    /// <summary>Which roots the survivor absorbs, oldest first, as many as the limit lets it.</summary>
    private ImmutableArray<ProfileItem> Absorb(ProfileItem survivor, List<ProfileItem> roots, out ResolutionReasons reasons)
    {
        reasons = ResolutionReasons.None;
        if (roots.Count == 1)
            return [];
        var absorbed = ImmutableArray.CreateBuilder<ProfileItem>();
        var total = survivor.Children.Length;
        foreach (var root in roots.Where(root => root != survivor).OrderBy(root => root.CreatedAt).ThenBy(root => root.Id))
        {
            if (Limits.MergesPerProfile > 0 && total + 1 + root.Children.Length > Limits.MergesPerProfile)
            {
                reasons |= ResolutionReasons.MergeLimitExceeded;
                continue;
            }
            total += 1 + root.Children.Length;
            absorbed.Add(root);
        }
        return absorbed.DrainToImmutable();
    }

    /// <summary>Adds the links that are missing, within the limits, and says what the outcome is then.</summary>
    private Decision Link(Decision decision, List<KnownIdentifier> identifiers, KnownIdentifier? owner)
    {
        var survivor = decision.Survivor!;
        var room = Limits.IdentifiersPerProfile == 0
            ? int.MaxValue
            : Limits.IdentifiersPerProfile - survivor.LinkedIdentifiers - decision.Absorbed.Sum(root => root.LinkedIdentifiers);
        foreach (var identifier in identifiers)
        {
            var others = identifier.Roots.Count(root => root.Id != survivor.Id && !decision.Absorbed.Contains(root));
            if (others < identifier.Roots.Count)
                continue;
            if (Limits.OwnersPerIdentifier > 0 && others >= Limits.OwnersPerIdentifier)
            {
                decision.Reasons |= ResolutionReasons.HubIdentifier;
                continue;
            }

            // Whose user it is must never be forgotten, or the user would get a second id.
            if (room-- <= 0 && identifier != owner)
            {
                decision.Reasons |= ResolutionReasons.IdentifierLimitExceeded;
                continue;
            }
            decision.Links.Add(identifier);
        }
        if (!decision.Absorbed.IsEmpty)
            decision.Outcome = ResolutionOutcome.Merged;
        else if (!decision.Creates && decision.Links.Count > 0)
            decision.Outcome = ResolutionOutcome.Linked;
        return decision;
    }

    private void Touch(Decision decision, List<KnownIdentifier> known, EventTime now)
    {
        var counts = !decision.Absorbed.IsEmpty && Limits.MergesPerIdentifierPerHour > 0;
        foreach (var identifier in known)
        {
            if (identifier.Item is not { } item)
                continue;
            if (counts && identifier.Roots.Count > 0 || _timeToLive.ContainsKey(item.Type) && item.LastSeenDay < Days(now))
                decision.Touches.Add(identifier);
        }
    }

    /// <summary>An identifier as it is after a decision: linked, marked, seen today, its merges counted.</summary>
    public IdentifierItem Apply(Decision decision, KnownIdentifier identifier, IdentifierItem? item, EventTime time, EventTime now)
    {
        item ??= new IdentifierItem(identifier.Key, identifier.Identifier.Type, identifier.Identifier.Value);
        var survivor = decision.Survivor!.Id;
        if (decision.Links.Contains(identifier))
            item = item with { Links = item.Links.Add(new IdentityLink(survivor, time, identifier.Identifier.IsAlias)) };
        if (decision.Marks.Contains(identifier) && item.AnonymousId.IsNone)
            item = item with { AnonymousId = survivor };
        if (_timeToLive.ContainsKey(item.Type) && item.LastSeenDay < Days(now))
            item = item with { LastSeenDay = Days(now) };
        if (!decision.Absorbed.IsEmpty && Limits.MergesPerIdentifierPerHour > 0 && identifier.Roots.Count > 0)
            item = item with { Guard = Count(item.Guard, decision.Absorbed.Length, now) };
        return item;
    }

    private MergeGuard Count(MergeGuard? guard, int merges, EventTime now)
    {
        var hour = (int)(now.UnixMilliseconds / 3_600_000);
        var total = merges + (guard?.Hour == hour ? guard.Merges : 0);
        return new MergeGuard(hour, total, total > Limits.MergesPerIdentifierPerHour ? new EventTime(now.UnixMicroseconds + 86_400_000_000) : default);
    }

    /// <summary>Days since 1970-01-01.</summary>
    public static int Days(EventTime time) => (int)(time.UnixMilliseconds / 86_400_000);

    private static ProfileItem NewProfile(ResolutionRequest request, SnowplowId id, ProfileKind kind, EventTime now) =>
        new() { Id = id, Kind = kind, CreatedAt = request.Time, CreatedBy = request.EventId, CreatedOnDay = Days(now) };

    private static Identifier Leading(List<KnownIdentifier> identifiers) =>
        (identifiers.Find(identifier => !identifier.Identifier.IsAlias) ?? identifiers[0]).Identifier;

    private static List<ProfileItem> RootsOf(List<KnownIdentifier> identifiers)
    {
        var roots = new List<ProfileItem>();
        foreach (var identifier in identifiers)
        {
            foreach (var root in identifier.Roots)
            {
                if (!roots.Contains(root))
                    roots.Add(root);
            }
        }
        return roots;
    }

    private static ProfileItem Oldest(List<ProfileItem> roots)
    {
        var oldest = roots[0];
        foreach (var root in roots)
        {
            if (root.IsOlderThan(oldest))
                oldest = root;
        }
        return oldest;
    }

    private static ResolutionReasons Reason(IdentityConflict? conflict) =>
        conflict is null ? ResolutionReasons.None : ResolutionReasons.UniqueIdentifierConflict;
}
