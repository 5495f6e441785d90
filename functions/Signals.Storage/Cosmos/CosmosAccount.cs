using System.Net;
using Azure.Core;
using Azure.Identity;
using Microsoft.Azure.Cosmos;

namespace Signals.Storage.Cosmos;

/// <summary>
/// The one client of Cosmos DB in a process. Production connects directly to the replicas, with the identity of the process; an emulator
/// is spoken to through its gateway.
/// </summary>
public sealed class CosmosAccount : IDisposable
{
    /// <summary>
    /// The public key of every emulator, no secret: https://learn.microsoft.com/azure/cosmos-db/emulator#authentication.
    /// </summary>
    private const string EmulatorKey = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

    private readonly CosmosClient _client;
    private readonly Database _database;

    /// <summary>Makes the client; nothing is sent yet.</summary>
    /// <param name="options">Where the account is.</param>
    /// <param name="credential">Who the process is; <see cref="DefaultAzureCredential"/> when null. Not used with an emulator.</param>
    /// <param name="httpClientFactory">Makes the HTTP client, for tests; null for the SDK's own.</param>
    /// <param name="metrics">Where requests are counted; an own one when null.</param>
    public CosmosAccount(
        CosmosOptions options, TokenCredential? credential = null, Func<HttpClient>? httpClientFactory = null, CosmosMetrics? metrics = null)
    {
        Options = options;
        Metrics = metrics ?? new CosmosMetrics();
        var client = ClientOptions(options, httpClientFactory);
        _client = options.Emulator
            ? new CosmosClient(options.Endpoint.AbsoluteUri, EmulatorKey, client)
            : new CosmosClient(options.Endpoint.AbsoluteUri, credential ?? new DefaultAzureCredential(), client);
        _database = _client.GetDatabase(options.Database);
    }

    /// <summary>What it was made with.</summary>
    public CosmosOptions Options { get; }

    /// <summary>Counts of the requests made.</summary>
    public CosmosMetrics Metrics { get; }

    /// <summary>
    /// Makes sure that the containers are there: an emulator gets those it lacks; in production the templates in <c>infra/</c> have made
    /// them, and one that is missing is an error.
    /// </summary>
    /// <exception cref="InvalidOperationException">Containers are missing; the message names them.</exception>
    /// <exception cref="Engine.Events.StoreUnavailableException">The account does not answer, or refuses the identity of this process.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Options.Emulator)
            await EnsureCreatedAsync(cancellationToken);
        else
            await CheckAsync(cancellationToken);
    }

    /// <summary>Creates the database and the containers that are not there. For emulators and tests.</summary>
    /// <exception cref="Engine.Events.StoreUnavailableException">The account does not answer.</exception>
    public async Task EnsureCreatedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.CreateDatabaseIfNotExistsAsync(Options.Database, cancellationToken: cancellationToken);
            foreach (var container in CosmosContainers.All)
                await _database.CreateContainerIfNotExistsAsync(ToProperties(container), cancellationToken: cancellationToken);
        }
        catch (Exception error) when (CosmosErrors.Translate($"Cosmos DB database {Options.Database}", error, cancellationToken.IsCancellationRequested) is var translated && translated != error)
        {
            throw translated;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _client.Dispose();
        Metrics.Dispose();
    }

    /// <summary>Asks for every container.</summary>
    /// <exception cref="InvalidOperationException">Some are missing; the message names them.</exception>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        var exist = await Task.WhenAll(CosmosContainers.All.Select(description => ExistsAsync(description, cancellationToken)));
        var missing = CosmosContainers.All.Where((_, i) => !exist[i]).Select(description => description.Name).ToList();
        if (missing.Count > 0)
            throw new InvalidOperationException(
                $"Cosmos DB has no container {string.Join(", ", missing)} in database {Options.Database} at {Options.Endpoint}. Deploy infra/ first: it makes the database and its containers.");
    }

    internal CosmosContainer Container(CosmosContainerDescription description) =>
        new(_database.GetContainer(description.Name), Metrics, Options.RequestTimeout);

    private async Task<bool> ExistsAsync(CosmosContainerDescription description, CancellationToken cancellationToken)
    {
        var container = Container(description);
        using var response = await container.RunAsync("check", token => container.Sdk.ReadContainerStreamAsync(cancellationToken: token), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        container.Check(response);
        return true;
    }

    private static CosmosClientOptions ClientOptions(CosmosOptions options, Func<HttpClient>? httpClientFactory)
    {
        var client = new CosmosClientOptions
        {
            ApplicationName = "signals-functions",
            ConnectionMode = options.Emulator ? ConnectionMode.Gateway : ConnectionMode.Direct,
            // An emulator names itself by an address that need not be the one it is reached by.
            LimitToEndpoint = options.Emulator,
            RequestTimeout = options.RequestTimeout,
            MaxRetryAttemptsOnRateLimitedRequests = options.ThrottlingRetries,
            MaxRetryWaitTimeOnRateLimitedRequests = options.LongestThrottling,
            CosmosClientTelemetryOptions = new CosmosClientTelemetryOptions { DisableSendingMetricsToService = true },
        };
        if (httpClientFactory is not null)
            client.HttpClientFactory = httpClientFactory;
        else if (options.Emulator)
            client.ServerCertificateCustomValidationCallback = (_, _, _) => true;
        return client;
    }

    private static ContainerProperties ToProperties(CosmosContainerDescription description)
    {
        var properties = new ContainerProperties(description.Name, CosmosContainerDescription.PartitionKeyPath)
        {
            PartitionKeyDefinitionVersion = PartitionKeyDefinitionVersion.V2,
            DefaultTimeToLive = description.DefaultTimeToLive,
        };
        properties.IndexingPolicy.IncludedPaths.Clear();
        foreach (var path in description.IndexedPaths)
            properties.IndexingPolicy.IncludedPaths.Add(new IncludedPath { Path = path });
        properties.IndexingPolicy.ExcludedPaths.Clear();
        properties.IndexingPolicy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        return properties;
    }
}
