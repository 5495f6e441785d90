using Signals.Engine.Access;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;
using Signals.Storage.Tests.Compliance;

namespace Signals.Storage.Tests.Account;

public sealed class ProfileStoreOverHttp : ProfileStoreCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;

    protected override IProfileStore Store => new CosmosProfileStore(_account.First, Time);

    public async Task InitializeAsync() => _account = await AccountOverHttp.CreateAsync();

    public async Task DisposeAsync() => await _account.DisposeAsync();
}

public sealed class DefinitionStoreOverHttp : DefinitionStoreCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;

    protected override IDefinitionStore Store => new CosmosDefinitionStore(_account.First);

    public async Task InitializeAsync() => _account = await AccountOverHttp.CreateAsync();

    public async Task DisposeAsync() => await _account.DisposeAsync();
}

public sealed class AccessStoreOverHttp : AccessStoreCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;

    protected override IAccessStore Store => new CosmosAccessStore(_account.First);

    public async Task InitializeAsync() => _account = await AccountOverHttp.CreateAsync();

    public async Task DisposeAsync() => await _account.DisposeAsync();
}

public sealed class BadRowStoreOverHttp : BadRowStoreCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;

    protected override IBadRowStore Store => new CosmosBadRowStore(_account.First);

    public async Task InitializeAsync() => _account = await AccountOverHttp.CreateAsync();

    public async Task DisposeAsync() => await _account.DisposeAsync();
}

public sealed class PartitionLeaseOverHttp : PartitionLeaseCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;

    public async Task InitializeAsync() => _account = await AccountOverHttp.CreateAsync();

    public async Task DisposeAsync() => await _account.DisposeAsync();

    protected override IPartitionLease NewOwner() => new CosmosPartitionLease(_account.First, Time);
}

public sealed class InterventionOutboxOverHttp : InterventionOutboxCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;
    private IInterventionOutbox _outbox = null!;
    private IInterventionOutbox _ofOtherProcess = null!;

    protected override IInterventionOutbox Outbox => _outbox;

    protected override IInterventionOutbox OfOtherProcess => _ofOtherProcess;

    protected override bool ExpiresByItself => true;

    public async Task InitializeAsync()
    {
        _account = await AccountOverHttp.CreateAsync(Time);
        _outbox = new CosmosInterventionOutbox(_account.Open(), Time);
        _ofOtherProcess = new CosmosInterventionOutbox(_account.Open(), Time);
    }

    public async Task DisposeAsync() => await _account.DisposeAsync();
}

public sealed class WebhookStoreOverHttp : WebhookStoreCompliance, IAsyncLifetime
{
    private AccountOverHttp _account = null!;
    private IInterventionOutbox _outbox = null!;
    private IWebhookStore _store = null!;

    protected override IWebhookStore Store => _store;

    protected override IInterventionOutbox Outbox => _outbox;

    public async Task InitializeAsync()
    {
        _account = await AccountOverHttp.CreateAsync(Time);
        _outbox = new CosmosInterventionOutbox(_account.Open(), Time);
        _store = new CosmosWebhookStore(_account.First, _outbox, Time);
    }

    public async Task DisposeAsync() => await _account.DisposeAsync();
}
