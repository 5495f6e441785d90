namespace Signals.Engine.Definitions;

/// <summary>A definition as it is stored: what it is, what it is called, and its JSON.</summary>
/// <param name="Kind">For instance <c>attribute_group</c>.</param>
/// <param name="Name">Object name.</param>
/// <param name="Version">1 and up; 0 for kinds without versions.</param>
/// <param name="Json">The definition; null in a change that removes it.</param>
public readonly record struct StoredDefinition(string Kind, string Name, int Version, string? Json);

/// <summary>All stored definitions at one moment.</summary>
/// <param name="Revision">Rises with every change; 0 when nothing was ever stored.</param>
/// <param name="Definitions">All rows, in no particular order.</param>
public sealed record StoredDefinitions(long Revision, IReadOnlyList<StoredDefinition> Definitions);

/// <summary>Where definitions are kept. Small, read whole, changed under optimistic concurrency.</summary>
public interface IDefinitionStore
{
    /// <summary>The current revision alone: cheap, for noticing changes made by another process.</summary>
    ValueTask<long> ReadRevisionAsync(CancellationToken cancellationToken);

    /// <summary>Everything, consistent with one revision.</summary>
    ValueTask<StoredDefinitions> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Applies all changes together and raises the revision by one, if it still is <paramref name="expectedRevision"/>.
    /// Returns false, having changed nothing, when somebody else was faster.
    /// </summary>
    ValueTask<bool> TryWriteAsync(long expectedRevision, IReadOnlyList<StoredDefinition> changes, CancellationToken cancellationToken);
}
