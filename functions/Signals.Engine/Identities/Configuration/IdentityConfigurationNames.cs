using Signals.Engine.Definitions;

namespace Signals.Engine.Identities;

/// <summary>Names on the wire of the enumerations that configurations are written with.</summary>
internal static class IdentityConfigurationNames
{
    public static readonly WireNames<ValueNormalisation> Normalisations = new((ValueNormalisation.None, "none"), (ValueNormalisation.Lowercase, "lowercase"));

    public static readonly WireNames<IdStrategy> Strategies = new((IdStrategy.Identifier, "identifier"), (IdStrategy.Event, "event"), (IdStrategy.Random, "random"));

    public static readonly WireNames<FilterLogic> Logics = new((FilterLogic.All, "all"), (FilterLogic.Any, "any"));

    public static readonly WireNames<FilterOperator> Operators = new((FilterOperator.In, "in"), (FilterOperator.NotIn, "nin"));
}

/// <summary>How rules combine.</summary>
internal enum FilterLogic
{
    /// <summary>Every one has to hold.</summary>
    All,

    /// <summary>One is enough.</summary>
    Any,
}

/// <summary>What a rule asks of a value.</summary>
internal enum FilterOperator
{
    /// <summary>It is one of the list.</summary>
    In,

    /// <summary>It is there, and not one of the list.</summary>
    NotIn,
}
