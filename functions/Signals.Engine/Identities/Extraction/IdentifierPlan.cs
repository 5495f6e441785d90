using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>A configuration made ready for events: where to look, in the order in which identifiers rank. Immutable; used by any number of threads.</summary>
public sealed class IdentifierPlan
{
    private readonly byte[][] _payloadTypes;
    private readonly EventProjection? _entities;
    private readonly EventProjection? _all;

    /// <summary>Compiles a configuration.</summary>
    public IdentifierPlan(IdentityConfiguration configuration)
    {
        Configuration = configuration;
        Hygiene = new ValueHygiene(configuration);
        var entities = References(configuration).OfType<EntityReference>().Distinct().ToList();
        var payloads = References(configuration).OfType<EventReference>().Distinct().ToList();
        List<PropertyReference> slots = [.. entities, .. payloads];
        Sources = [.. SourcesOf(configuration, slots)];
        Filter = configuration.Filters is { } filters ? new EventFilterPlan(filters, slots) : null;
        _payloadTypes = [.. payloads.Select(payload => Encoding.UTF8.GetBytes($"{payload.Schema.Vendor}\t{payload.Schema.Name}\t")).Distinct()];
        _entities = entities.Count > 0 ? new EventProjection(entities) : null;
        _all = payloads.Count > 0 ? new EventProjection(slots) : _entities;
        SlotCount = slots.Count;
    }

    /// <summary>The configuration.</summary>
    public IdentityConfiguration Configuration { get; }

    /// <summary>Where identifiers come from, by rank: priority descending, own before alias, configuration order (spec identities, section 4).</summary>
    internal IdentifierSource[] Sources { get; }

    /// <summary>What events have to fulfil; null for nothing.</summary>
    internal EventFilterPlan? Filter { get; }

    /// <summary>How values are cleaned.</summary>
    internal ValueHygiene Hygiene { get; }

    /// <summary>Number of values that come out of JSON columns.</summary>
    internal int SlotCount { get; }

    /// <summary>What to find in the JSON columns of events of a type; null for nothing. Its slots are the first of <see cref="SlotCount"/>.</summary>
    internal EventProjection? ProjectionFor(ReadOnlySpan<byte> typeKey)
    {
        foreach (var type in _payloadTypes)
            if (typeKey.StartsWith(type))
                return _all;
        // Canonical JSON leaves types without a vendor, and lines may lack their type: only the payload itself can tell then.
        return _payloadTypes.Length > 0 && typeKey is [(byte)'~' or (byte)'\t', ..] ? _all : _entities;
    }

    /// <summary>An identifier as it is stored, of a value as somebody writes it: trimmed, and in the case that its type asks for.</summary>
    public Identifier Normalise(string type, string value)
    {
        value = value.Trim();
        var lowers = Configuration.Identifiers.Any(known => known.Name == type && known.Normalise == ValueNormalisation.Lowercase);
        return new Identifier(type, lowers ? value.ToLowerInvariant() : value);
    }

    private static IEnumerable<PropertyReference> References(IdentityConfiguration configuration) =>
        configuration.Identifiers.Select(type => type.Field).Concat(configuration.Filters?.Rules.Select(rule => rule.Property) ?? []);

    private static IEnumerable<IdentifierSource> SourcesOf(IdentityConfiguration configuration, List<PropertyReference> slots)
    {
        var own = configuration.Identifiers.Select(type => IdentifierSource.Of(type, slots));
        var aliases = configuration.CrossDomainAliases
            ? configuration.Identifiers.Where(type => CrossDomainAlias.Targets.Contains(type.Name)).Select(IdentifierSource.AliasOf)
            : [];
        // Sorting is stable: types of the same priority stay in the order of the configuration.
        return own.Concat(aliases).OrderByDescending(source => source.Type.Priority).ThenBy(source => source.IsAlias);
    }
}

/// <summary>Where values of one type come from.</summary>
/// <param name="Type">The type.</param>
/// <param name="IsAlias">Whether it is the link from another domain.</param>
/// <param name="Column">The atomic column; -1 when it is a path in JSON.</param>
/// <param name="Slot">The slot of the projection; -1 for a column.</param>
internal sealed record IdentifierSource(IdentifierType Type, bool IsAlias, int Column, int Slot)
{
    public static IdentifierSource Of(IdentifierType type, List<PropertyReference> slots) =>
        new(type, IsAlias: false, (type.Field as AtomicReference)?.Column ?? -1, slots.IndexOf(type.Field));

    public static IdentifierSource AliasOf(IdentifierType type) => new(type, IsAlias: true, CrossDomainAlias.Column, -1);
}

/// <summary>The link from another domain (spec identities, 3.2).</summary>
internal static class CrossDomainAlias
{
    /// <summary>The column that holds the identifier of the other domain; also its name in requests.</summary>
    public const string Name = "refr_domain_userid";

    /// <summary>The types that its value belongs to.</summary>
    public static readonly IReadOnlyList<string> Targets = ["domain_userid", "client_session_user_id"];

    /// <summary>Position of the column.</summary>
    public static readonly int Column = AtomicColumns.IndexOf(Name);

    private static readonly int DecoratedAt = AtomicColumns.IndexOf("refr_dvce_tstamp");

    /// <summary>Whether the link was followed later than the configuration allows. One without both times is taken.</summary>
    public static bool IsTooOld(in EnrichedEvent enriched, TimeSpan? maxAge) =>
        maxAge is { } age
        && EventTime.TryParse(enriched[AtomicColumns.DvceCreatedTstamp], out var followed)
        && EventTime.TryParse(enriched[DecoratedAt], out var decorated)
        && followed.UnixMicroseconds - decorated.UnixMicroseconds > (long)age.TotalMicroseconds;
}
