namespace Signals.Engine.Definitions;

/// <summary>
/// All definitions, kept in memory as one immutable snapshot and in the store. Reading never touches the store; every change
/// is written under optimistic concurrency before it shows, so that several processes can share one store.
/// </summary>
public sealed class DefinitionRegistry : IDefinitionSource, IDisposable
{
    private const int MaxAttempts = 20;

    private readonly IDefinitionStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile DefinitionSnapshot _current;

    private DefinitionRegistry(IDefinitionStore store, TimeProvider time, DefinitionSnapshot current)
    {
        _store = store;
        _time = time;
        _current = current;
    }

    /// <summary>Raised after every swap of the snapshot, in order. Handlers must be quick and must not change the registry.</summary>
    public event Action<DefinitionSnapshot>? Changed;

    /// <inheritdoc />
    public DefinitionSnapshot Current => _current;

    /// <summary>Loads everything from the store.</summary>
    /// <exception cref="InvalidDataException">A stored definition cannot be read; the message names it.</exception>
    public static async Task<DefinitionRegistry> OpenAsync(IDefinitionStore store, TimeProvider time, CancellationToken cancellationToken) =>
        new(store, time, StoredDefinitionCodec.ToSnapshot(await store.LoadAsync(cancellationToken)));

    /// <summary>Loads again if another process has changed the store since; otherwise reads one number.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await CatchUpAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Registers a new attribute key.</summary>
    public Task<RegistryResult<AttributeKeyDefinition>> CreateAttributeKeyAsync(AttributeKeyDefinition key, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeKeyRules.Create(edit, key), cancellationToken);

    /// <summary>Replaces an attribute key.</summary>
    public Task<RegistryResult<AttributeKeyDefinition>> ReplaceAttributeKeyAsync(string name, AttributeKeyDefinition key, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeKeyRules.Replace(edit, name, key), cancellationToken);

    /// <summary>Removes an unpublished attribute key that no group uses.</summary>
    public Task<RegistryResult<AttributeKeyDefinition>> DeleteAttributeKeyAsync(string name, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeKeyRules.Delete(edit, name), cancellationToken);

    /// <summary>Registers a new version of an attribute group.</summary>
    public Task<RegistryResult<AttributeGroupDefinition>> CreateAttributeGroupAsync(AttributeGroupDefinition group, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeGroupRules.Create(edit, group), cancellationToken);

    /// <summary>Replaces a version of an attribute group: any draft, and of a published one only what does not change its meaning.</summary>
    public Task<RegistryResult<AttributeGroupDefinition>> ReplaceAttributeGroupAsync(
        VersionedName id, AttributeGroupDefinition group, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeGroupRules.Replace(edit, id, group), cancellationToken);

    /// <summary>Sets the warehouse table of an offline group, published or not.</summary>
    public Task<RegistryResult<AttributeGroupDefinition>> SetBatchSourceAsync(VersionedName id, BatchSource source, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeGroupRules.SetBatchSource(edit, id, source), cancellationToken);

    /// <summary>Removes an unpublished version of an attribute group that no service uses, and says which values nothing uses any more.</summary>
    public Task<RegistryResult<DeletedAttributeGroup>> DeleteAttributeGroupAsync(VersionedName id, CancellationToken cancellationToken) =>
        ChangeAsync(edit => AttributeGroupRules.Delete(edit, id), cancellationToken);

    /// <summary>Registers a new service.</summary>
    public Task<RegistryResult<ServiceDefinition>> CreateServiceAsync(ServiceDefinition service, CancellationToken cancellationToken) =>
        ChangeAsync(edit => ServiceRules.Create(edit, service), cancellationToken);

    /// <summary>Replaces a service.</summary>
    public Task<RegistryResult<ServiceDefinition>> ReplaceServiceAsync(string name, ServiceDefinition service, CancellationToken cancellationToken) =>
        ChangeAsync(edit => ServiceRules.Replace(edit, name, service), cancellationToken);

    /// <summary>Removes an unpublished service.</summary>
    public Task<RegistryResult<ServiceDefinition>> DeleteServiceAsync(string name, CancellationToken cancellationToken) =>
        ChangeAsync(edit => ServiceRules.Delete(edit, name), cancellationToken);

    /// <summary>Registers a new version of an intervention.</summary>
    public Task<RegistryResult<InterventionDefinition>> CreateInterventionAsync(InterventionDefinition intervention, CancellationToken cancellationToken) =>
        ChangeAsync(edit => InterventionRules.Create(edit, intervention), cancellationToken);

    /// <summary>Replaces a version of an intervention: any draft, and of a published one only its description and owner.</summary>
    public Task<RegistryResult<InterventionDefinition>> ReplaceInterventionAsync(
        VersionedName id, InterventionDefinition intervention, CancellationToken cancellationToken) =>
        ChangeAsync(edit => InterventionRules.Replace(edit, id, intervention), cancellationToken);

    /// <summary>Removes an unpublished version of an intervention.</summary>
    public Task<RegistryResult<InterventionDefinition>> DeleteInterventionAsync(VersionedName id, CancellationToken cancellationToken) =>
        ChangeAsync(edit => InterventionRules.Delete(edit, id), cancellationToken);

    /// <summary>Publishes all that is named, or nothing.</summary>
    public Task<RegistryResult<DefinitionReferences>> PublishAsync(DefinitionReferences references, CancellationToken cancellationToken) =>
        ChangeAsync(edit => PublishRules.SetPublished(edit, references, published: true), cancellationToken);

    /// <summary>Unpublishes all that is named, or nothing. Stored values stay.</summary>
    public Task<RegistryResult<DefinitionReferences>> UnpublishAsync(DefinitionReferences references, CancellationToken cancellationToken) =>
        ChangeAsync(edit => PublishRules.SetPublished(edit, references, published: false), cancellationToken);

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    /// <summary>(1) Catch up with other processes, (2) apply the rules to a copy, (3) store it, (4) swap; on a lost race from the start.</summary>
    /// <exception cref="TimeoutException">Others were faster, time after time.</exception>
    private async Task<RegistryResult<T>> ChangeAsync<T>(Func<SnapshotEdit, RegistryResult<T>> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                await CatchUpAsync(cancellationToken);
                var edit = new SnapshotEdit(_current, _time.GetUtcNow());
                var result = change(edit);
                if (result is not RegistryResult<T>.Ok || edit.Rows.Count == 0)
                    return result;
                if (!await _store.TryWriteAsync(_current.Revision, edit.Rows, cancellationToken))
                    continue;
                Swap(edit.Snapshot with { Revision = _current.Revision + 1 });
                return result;
            }
            throw new TimeoutException($"The definitions were changed by others {MaxAttempts} times in a row; try again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        if (await _store.ReadRevisionAsync(cancellationToken) != _current.Revision)
            Swap(StoredDefinitionCodec.ToSnapshot(await _store.LoadAsync(cancellationToken)));
    }

    private void Swap(DefinitionSnapshot snapshot)
    {
        _current = snapshot;
        Changed?.Invoke(snapshot);
    }
}
