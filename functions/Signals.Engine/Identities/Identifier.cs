namespace Signals.Engine.Identities;

/// <summary>One identifier that an event carries, after hygiene; a node of the identity graph.</summary>
/// <param name="Type">Name of the configured identifier type.</param>
/// <param name="Value">The value, trimmed and normalised as its type asks; compared exactly.</param>
/// <param name="IsAlias">True when the value came from <c>refr_domain_userid</c> (spec identities, 3.2).</param>
public readonly record struct Identifier(string Type, string Value, bool IsAlias = false);
