using Signals.Engine.Events;

namespace Signals.Engine.Definitions;

/// <summary>Where the identifier of an attribute key is found (spec signals-api 3.2).</summary>
public static class AttributeKeyIdentifier
{
    /// <summary>
    /// The first that applies: its <c>property</c>, its <c>key</c>, its name when that is an atomic column. Null when none
    /// does: the key identifies rows of a warehouse table only.
    /// </summary>
    public static PropertyReference? SourceOf(AttributeKeyDefinition key)
    {
        if (key.Property is not null)
            return PropertyReferences.TryResolve(key.Property, out var reference, out _) ? reference : null;
        return Column(key.Key) ?? Column(key.Name);
    }

    /// <summary>The warehouse column with the identifier (spec 15.3): <c>external_column</c>, else <c>key</c>, else the name.</summary>
    public static string ColumnOf(AttributeKeyDefinition key) => key.ExternalColumn ?? key.Key ?? key.Name;

    private static AtomicReference? Column(string? name) =>
        name is not null && AtomicColumns.IndexOf(name) is >= 0 and var column ? new AtomicReference(column) : null;
}
