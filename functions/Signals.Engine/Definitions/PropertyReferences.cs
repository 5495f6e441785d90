using System.Diagnostics.CodeAnalysis;
using Signals.Engine.Events;

namespace Signals.Engine.Definitions;

/// <summary>Turns properties as users write them into the references that the engine reads events with.</summary>
public static class PropertyReferences
{
    /// <summary>
    /// Resolves an atomic, event or entity property. False, with the reason, for an unknown column, a path outside the
    /// subset, or a calculated property (whose members are to be resolved one by one).
    /// </summary>
    public static bool TryResolve(
        PropertyDefinition property, [NotNullWhen(true)] out PropertyReference? reference, out string error)
    {
        (reference, error) = property switch
        {
            AtomicProperty atomic => Atomic(atomic.Name),
            EventProperty e => WithPath(e.Path, path => new EventReference(new SchemaSelector(e.Vendor, e.Name, e.MajorVersion), path)),
            EntityProperty e => WithPath(e.Path, path => new EntityReference(new SchemaSelector(e.Vendor, e.Name, e.MajorVersion), e.Index, path)),
            _ => ((PropertyReference?)null, "A calculated property has no place in an event, only its members have"),
        };
        return reference is not null;
    }

    private static (PropertyReference? Reference, string Error) Atomic(string name)
    {
        var column = AtomicColumns.IndexOf(name);
        return column < 0 ? (null, $"'{name}' is not an atomic property") : (new AtomicReference(column), "");
    }

    private static (PropertyReference? Reference, string Error) WithPath(string text, Func<JsonPath, PropertyReference> make) =>
        JsonPath.TryParse(text, out var path, out var error) ? (make(path), "") : (null, error);
}
