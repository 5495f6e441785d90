namespace Signals.Engine.Definitions;

/// <summary>What came of a change of the registry. Only <see cref="Ok"/> changed anything.</summary>
public abstract record RegistryResult<T>
{
    private RegistryResult()
    {
    }

    /// <summary>Done.</summary>
    /// <param name="Value">What is registered now, or what was removed.</param>
    public sealed record Ok(T Value) : RegistryResult<T>;

    /// <summary>There is no such definition.</summary>
    /// <param name="Text">Says which.</param>
    public sealed record NotFound(string Text) : RegistryResult<T>;

    /// <summary>There is a definition of this name (and version) already.</summary>
    /// <param name="Text">Says which.</param>
    public sealed record AlreadyExists(string Text) : RegistryResult<T>;

    /// <summary>The state of the definition, or of others that depend on it, does not allow the change.</summary>
    /// <param name="Text">Says why.</param>
    public sealed record Conflict(string Text) : RegistryResult<T>;

    /// <summary>The definition does not fit the others.</summary>
    /// <param name="Errors">What is wrong, and where.</param>
    public sealed record Invalid(IReadOnlyList<FieldError> Errors) : RegistryResult<T>;
}

/// <summary>A group version that was deleted.</summary>
/// <param name="Group">The group as it was.</param>
/// <param name="UnusedDefinitions">Values that no other version has any more: they can be removed from all profiles of its attribute key.</param>
public sealed record DeletedAttributeGroup(AttributeGroupDefinition Group, IReadOnlySet<DefinitionId> UnusedDefinitions);
