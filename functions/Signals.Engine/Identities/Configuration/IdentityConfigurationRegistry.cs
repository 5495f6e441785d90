using Signals.Engine.Definitions;

namespace Signals.Engine.Identities;

/// <summary>
/// All versions of the identity configuration, in memory and in the definition store. The newest one is in force. A change is written
/// under optimistic concurrency before it shows, so that several processes can share one store.
/// </summary>
public sealed class IdentityConfigurationRegistry : IIdentityConfigurationSource, IDisposable
{
    /// <summary>How many versions are kept; older ones are removed.</summary>
    public const int MaxVersions = 100;

    private const int MaxAttempts = 20;

    private readonly IDefinitionStore _store;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile State _state;

    private IdentityConfigurationRegistry(IDefinitionStore store, TimeProvider time, State state)
    {
        _store = store;
        _time = time;
        _state = state;
    }

    /// <inheritdoc />
    public IdentifierPlan Current => _state.Plan;

    /// <summary>The kept versions, newest first; empty when none was ever published.</summary>
    public IReadOnlyList<IdentityConfigurationVersion> Versions => _state.Versions;

    /// <summary>Loads all versions from the store.</summary>
    /// <exception cref="InvalidDataException">A stored version cannot be read; the message names it.</exception>
    public static async Task<IdentityConfigurationRegistry> OpenAsync(IDefinitionStore store, TimeProvider time, CancellationToken cancellationToken) =>
        new(store, time, State.Empty.With(await store.LoadAsync(cancellationToken)));

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

    /// <summary>
    /// Puts a configuration in force as a new version; one that is equal to the version in force changes nothing. (1) Catch up with other
    /// processes, (2) compare, (3) store, (4) swap; on a lost race from the start.
    /// </summary>
    /// <param name="configuration">A configuration that <see cref="IdentityConfigurationJson"/> has read.</param>
    /// <param name="author">Who publishes it, at most 256 characters.</param>
    /// <param name="expectedVersion">The version that has to be in force, 0 for none; null for any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The version in force; or a conflict when it is not the expected one.</returns>
    /// <exception cref="TimeoutException">Others were faster, time after time.</exception>
    public async Task<RegistryResult<IdentityConfigurationVersion>> PublishAsync(
        IdentityConfiguration configuration, string author, long? expectedVersion, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < MaxAttempts; attempt++)
            {
                await CatchUpAsync(cancellationToken);
                var before = _state.Plan.Configuration;
                if (expectedVersion is { } expected && expected != before.Version)
                    return new RegistryResult<IdentityConfigurationVersion>.Conflict($"Version {before.Version} of the identity configuration is in force, not {expected}");
                if (_state.Versions.Count > 0 && IdentityConfigurationJson.ToJson(configuration) == IdentityConfigurationJson.ToJson(before))
                    return new RegistryResult<IdentityConfigurationVersion>.Ok(_state.Versions[0]);
                if (await TryStoreAsync(configuration, author, cancellationToken))
                    return new RegistryResult<IdentityConfigurationVersion>.Ok(_state.Versions[0]);
            }
            throw new TimeoutException($"The definitions were changed by others {MaxAttempts} times in a row; try again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private async Task<bool> TryStoreAsync(IdentityConfiguration configuration, string author, CancellationToken cancellationToken)
    {
        var before = _state.Plan.Configuration;
        var version = new IdentityConfigurationVersion(
            configuration with { Version = before.Version + 1 }, author, _time.GetUtcNow(), IdentityConfigurationChanges.Between(before, configuration));
        var forgotten = _state.Versions.Skip(MaxVersions - 1).ToList();
        if (!await _store.TryWriteAsync(_state.Revision, [IdentityAuditJson.ToRow(version), .. forgotten.Select(IdentityAuditJson.ToRemoval)], cancellationToken))
            return false;
        _state = new State(_state.Revision + 1, [version, .. _state.Versions.Take(MaxVersions - 1)], new IdentifierPlan(version.Configuration));
        return true;
    }

    private async ValueTask CatchUpAsync(CancellationToken cancellationToken)
    {
        if (await _store.ReadRevisionAsync(cancellationToken) != _state.Revision)
            _state = _state.With(await _store.LoadAsync(cancellationToken));
    }

    private sealed record State(long Revision, IReadOnlyList<IdentityConfigurationVersion> Versions, IdentifierPlan Plan)
    {
        public static State Empty { get; } = new(0, [], new IdentifierPlan(IdentityConfiguration.None));

        /// <summary>The state by what is stored. Other definitions share the revision; the plan stays the same object while its version does.</summary>
        public State With(StoredDefinitions stored)
        {
            var versions = IdentityAuditJson.FromRows(stored);
            var current = versions.Count > 0 ? versions[0].Configuration : IdentityConfiguration.None;
            return new State(stored.Revision, versions, current.Version == Plan.Configuration.Version ? Plan : new IdentifierPlan(current));
        }
    }
}
