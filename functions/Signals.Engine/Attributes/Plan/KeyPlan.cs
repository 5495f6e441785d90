using System.Diagnostics.CodeAnalysis;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>One distinct definition on an attribute key: how its state is kept and read.</summary>
/// <param name="Id">Its hash; equal definitions in several groups share one state.</param>
/// <param name="Index">Position in the <see cref="KeyPlan"/>.</param>
/// <param name="Aggregation">How events become a value.</param>
/// <param name="Type">Type of the value.</param>
/// <param name="Unit">Unit of the two <c>time_since</c> aggregations.</param>
/// <param name="Period">Length of the rolling window; null for lifetime.</param>
/// <param name="Ttl">Lifetime after the last update, without a period; null for unlimited.</param>
internal sealed record DefinitionPlan(
    DefinitionId Id, int Index, Aggregation Aggregation, AttributeType Type, TimeUnit Unit, TimeSpan? Period, TimeSpan? Ttl)
{
    /// <summary>How long a state matters after it was last touched; null for ever.</summary>
    public TimeSpan? Lifetime => Period ?? Ttl;

    /// <summary>Whether a state last touched then has expired.</summary>
    public bool IsExpired(EventTime touchedAt, EventTime now) =>
        Lifetime is { } lifetime && touchedAt.UnixMicroseconds < now.UnixMicroseconds - lifetime.Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>All definitions in force on one attribute key.</summary>
internal sealed class KeyPlan
{
    private readonly Dictionary<DefinitionId, DefinitionPlan> _byId;

    public KeyPlan(string name, IReadOnlyList<DefinitionPlan> definitions)
    {
        Name = name;
        Definitions = definitions;
        _byId = definitions.ToDictionary(definition => definition.Id);
    }

    /// <summary>Name of the attribute key.</summary>
    public string Name { get; }

    /// <summary>The definitions, each at its index.</summary>
    public IReadOnlyList<DefinitionPlan> Definitions { get; }

    /// <summary>Finds a definition by its hash.</summary>
    public bool TryFind(DefinitionId id, [NotNullWhen(true)] out DefinitionPlan? definition) => _byId.TryGetValue(id, out definition);
}
