namespace Signals.Engine.Identities;

/// <summary>The configuration in force.</summary>
public interface IIdentityConfigurationSource
{
    /// <summary>
    /// The configuration in force and its compiled form, as one immutable object that another one replaces when the configuration
    /// changes. Take it once per batch.
    /// </summary>
    IdentifierPlan Current { get; }
}
