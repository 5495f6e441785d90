namespace Signals.Engine.Events;

/// <summary>Where a value is found in an enriched event. The engine's own form of a property, already validated.</summary>
public abstract record PropertyReference;

/// <summary>An atomic column.</summary>
/// <param name="Column">Column position, 0 to 130.</param>
public sealed record AtomicReference(int Column) : PropertyReference;

/// <summary>A path in the payload of a self-describing event, if its schema matches.</summary>
public sealed record EventReference(SchemaSelector Schema, JsonPath Path) : PropertyReference;

/// <summary>A path in the n-th matching entity: those of <c>contexts</c> first, then those of <c>derived_contexts</c>.</summary>
/// <param name="Schema">Which entities.</param>
/// <param name="Index">Which of them, from 0.</param>
/// <param name="Path">Where in its data.</param>
public sealed record EntityReference(SchemaSelector Schema, int Index, JsonPath Path) : PropertyReference;

/// <summary>A schema by vendor, name and model number; every revision and addition of the model matches.</summary>
public sealed record SchemaSelector(string Vendor, string Name, int MajorVersion);
