using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>How identities are resolved (spec identities, section 3): already validated, never changed in place.</summary>
public sealed record IdentityConfiguration
{
    /// <summary>A configuration without identifiers: nothing is resolved.</summary>
    public static IdentityConfiguration None { get; } = new();

    /// <summary>The identifier types in the order of the configuration; empty when identities are not resolved.</summary>
    public IReadOnlyList<IdentifierType> Identifiers { get; init; } = [];

    /// <summary>True when <c>refr_domain_userid</c> counts as an identifier of another domain.</summary>
    public bool CrossDomainAliases { get; init; }

    /// <summary>How much later than its decoration a link may still be followed; null for any time.</summary>
    public TimeSpan? AliasMaxAge { get; init; }

    /// <summary>Which events are resolved; null for all.</summary>
    public IdentityFilters? Filters { get; init; }

    /// <summary>Values that identify nobody, beside the default list; compared exactly after trimming.</summary>
    public IReadOnlyList<string> BlockedValues { get; init; } = [];

    /// <summary>True when integers in JSON count as identifiers in their decimal form; otherwise strings alone do.</summary>
    public bool AcceptsIntegers { get; init; }

    /// <summary>True when entities among the derived contexts are searched, too, after those sent with the event.</summary>
    public bool IncludesDerivedContexts { get; init; }

    /// <summary>How the ids of new people are made.</summary>
    public IdStrategy IdStrategy { get; init; } = IdStrategy.Identifier;

    /// <summary>Key of the derivation of ids, in UTF-8; null for the open derivation that is Snowplow's own.</summary>
    public string? IdSecret { get; init; }

    /// <summary>Guards against over-merging.</summary>
    public IdentityLimits Limits { get; init; } = new();

    /// <summary>How long the store may take for one event, attempts included, before the event gets its fallback id.</summary>
    public TimeSpan StoreBudget { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>True when events get the entity <c>identity_decision</c> with the reasons of their decision, too.</summary>
    public bool WritesDecisions { get; init; }

    /// <summary>Number of the configuration in the registry, rising by one with every change; 0 for one that is not registered.</summary>
    public long Version { get; init; }
}

/// <summary>One kind of identifier.</summary>
public sealed record IdentifierType
{
    /// <summary>Name, unique among the identifiers: <c>^[A-Za-z_][A-Za-z0-9_]{0,63}$</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where the value stands in an event.</summary>
    public required PropertyReference Field { get; init; }

    /// <summary>True for the one type, at most, of which a person has a single value.</summary>
    public bool IsUnique { get; init; }

    /// <summary>Higher leads when an id is derived; without influence on who is linked to whom.</summary>
    public required int Priority { get; init; }

    /// <summary>Days after its last sighting until a value is removed, 7 to 36500; null for never.</summary>
    public int? TtlDays { get; init; }

    /// <summary>What is done with a value beside trimming it.</summary>
    public ValueNormalisation Normalise { get; init; }

    /// <summary>False when the default list of blocked values does not apply to this type.</summary>
    public bool UsesDefaultBlockList { get; init; } = true;
}

/// <summary>What is done with the values of a type beside trimming them.</summary>
public enum ValueNormalisation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Letters become lower case, by the invariant culture.</summary>
    Lowercase,
}

/// <summary>How the ids of new people are made (spec identities, 5.3).</summary>
public enum IdStrategy
{
    /// <summary>From the leading identifier: the same id wherever and whenever it is made.</summary>
    Identifier,

    /// <summary>From the id of the event that made the person known.</summary>
    Event,

    /// <summary>Random and sortable by time (UUID version 7).</summary>
    Random,
}

/// <summary>Which events are resolved.</summary>
/// <param name="RequiresAll">True when every rule has to hold (<c>all</c>), false when one is enough (<c>any</c>).</param>
/// <param name="Rules">At least one rule.</param>
public sealed record IdentityFilters(bool RequiresAll, IReadOnlyList<IdentityFilter> Rules);

/// <summary>One condition on an event. A missing property fails either form.</summary>
/// <param name="Property">Where the value stands.</param>
/// <param name="IsNegated">False for <c>is one of</c> (<c>in</c>), true for <c>is not one of</c> (<c>nin</c>).</param>
/// <param name="Values">Compared exactly.</param>
public sealed record IdentityFilter(PropertyReference Property, bool IsNegated, IReadOnlyList<string> Values);

/// <summary>Guards against over-merging and abuse (spec identities, section 14). Zero switches a limit off.</summary>
public sealed record IdentityLimits
{
    /// <summary>No limit at all.</summary>
    public static IdentityLimits Off { get; } = new()
    {
        IdentifiersPerEvent = 0,
        ValueLength = 0,
        IdentifiersPerProfile = 0,
        MergesPerProfile = 0,
        OwnersPerIdentifier = 0,
        MergesPerIdentifierPerHour = 0,
    };

    /// <summary>How many identifiers of one event count: those that rank highest.</summary>
    public int IdentifiersPerEvent { get; init; } = 20;

    /// <summary>Longest value, in UTF-16 code units.</summary>
    public int ValueLength { get; init; } = 1000;

    /// <summary>How many identifiers may be linked to one person, absorbed ids included (<c>max_identifiers_per_profile</c>).</summary>
    public int IdentifiersPerProfile { get; init; } = 1000;

    /// <summary>How many ids one person may absorb (<c>max_merges_per_profile</c>).</summary>
    public int MergesPerProfile { get; init; } = 500;

    /// <summary>To how many owners one identifier may be linked (<c>max_owners_per_identifier</c>).</summary>
    public int OwnersPerIdentifier { get; init; } = 20;

    /// <summary>How many merges one value may cause within an hour before it is set aside for a day (<c>max_merges_per_identifier_per_hour</c>).</summary>
    public int MergesPerIdentifierPerHour { get; init; } = 10;
}
