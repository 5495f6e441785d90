namespace Signals.Engine.Definitions;

/// <summary>Removes the stored values of definitions that are gone.</summary>
public interface IProfileCleanup
{
    /// <summary>Removes the values of these definitions from all profiles of an attribute key.</summary>
    ValueTask RemoveDefinitionsAsync(string attributeKey, IReadOnlySet<DefinitionId> definitions, CancellationToken cancellationToken);
}
