namespace Signals.Engine.Interventions;

/// <summary>Settings of interventions (decisions D2 to D4 of spec signals-api part 17). The defaults are Snowplow's behaviour.</summary>
public sealed record InterventionOptions
{
    /// <summary>Whether string values in a payload are left unquoted instead of being JSON text.</summary>
    public bool PayloadStringsRaw { get; init; }

    /// <summary>Whether payload names are <c>group:attribute</c> instead of the bare attribute name.</summary>
    public bool PayloadNamesQualified { get; init; }

    /// <summary>Whether a version of an intervention goes to a target once in 365 days at most, whatever its rule does.</summary>
    public bool SendOncePerTarget { get; init; }
}
