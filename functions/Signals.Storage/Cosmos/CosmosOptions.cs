namespace Signals.Storage.Cosmos;

/// <summary>Where the stores in Cosmos DB are and how long they keep things. There is no key: production uses Entra ID.</summary>
public sealed record CosmosOptions
{
    /// <summary>Name of the database unless told otherwise.</summary>
    public const string DefaultDatabase = "signals";

    /// <summary>Endpoint of the account, for instance <c>https://my-account.documents.azure.com:443/</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Name of the database, 1 to 255 characters.</summary>
    public string Database { get; init; } = DefaultDatabase;

    /// <summary>
    /// Whether the endpoint is an emulator: gateway mode, the well-known public key of emulators, any server certificate, and missing
    /// containers are created.
    /// </summary>
    public bool Emulator { get; init; }

    /// <summary>
    /// How long one operation may take, the client's own retries included, before it counts as not answered. Must stay above
    /// <see cref="LongestThrottling"/>.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the client itself goes on trying while it is throttled (status 429), in whole seconds.</summary>
    public TimeSpan LongestThrottling { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the client itself tries again while it is throttled, 0 and up.</summary>
    public int ThrottlingRetries { get; init; } = 9;

    /// <summary>How long bad rows are kept; their counts stay for ever.</summary>
    public TimeSpan BadRowRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long interventions are kept in the outbox, at least <see cref="Engine.Interventions.IInterventionOutbox.Retention"/>: as long
    /// as that, the decisions can be read, and one that is handed out again after a crash is recognised.
    /// </summary>
    public TimeSpan OutboxRetention { get; init; } = TimeSpan.FromDays(1);
}
