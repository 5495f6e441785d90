using Signals.Api;
using Signals.Api.Auth;
using Signals.Api.Interventions;
using Signals.Api.Webhooks;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;

namespace Signals.Functions.Cloud;

/// <summary>What the runtime on Azure is told: checked as a whole before anything starts. None of it is a secret.</summary>
public sealed record CloudSettings
{
    /// <summary>Prefix of the settings that say where Event Hubs is, as the trigger wants it.</summary>
    public const string HubConnection = "EventHubs";

    /// <summary>How the trigger names the setting with the hub it reads.</summary>
    public const string HubReference = "%AggregatedHub%";

    /// <summary>How the trigger of identity resolution names the setting with the hub it reads.</summary>
    public const string EnrichedHubReference = "%EnrichedHub%";

    /// <summary>How the trigger of reconciliation names the setting with the hub it reads.</summary>
    public const string DeferredHubReference = "%DeferredHub%";

    /// <summary>How the triggers name the setting with their consumer group.</summary>
    public const string ConsumerGroupReference = "%AggregatedConsumerGroup%";

    private const string TenantId = "the ID of a tenant, a GUID with hyphens, beside Signals__Entra__Audience";
    private const string HubName = "the name of a hub: 1 to 256 letters, digits, periods, hyphens, underscores";

    /// <summary>Address of the Event Hubs namespace.</summary>
    public required Uri EventHubs { get; init; }

    /// <summary>The hub that takes enriched events.</summary>
    public required string EnrichedHub { get; init; }

    /// <summary>The hub that resolved events go into.</summary>
    public required string ResolvedHub { get; init; }

    /// <summary>The hub in which events wait for the identity graph.</summary>
    public required string DeferredHub { get; init; }

    /// <summary>Whether events are resolved before attributes are computed from them.</summary>
    public bool ResolvesIdentities => AggregatedHub == ResolvedHub;

    /// <summary>Number of partitions of <see cref="EnrichedHub"/>, 1 to 1024; the other hubs have as many.</summary>
    public required int EnrichedHubPartitions { get; init; }

    /// <summary>The hub that attributes are computed from: the enriched one, or the resolved one behind Identities.</summary>
    public required string AggregatedHub { get; init; }

    /// <summary>How often the hubs have been made anew, with sequence numbers that start again.</summary>
    public int HubEpoch { get; init; }

    /// <summary>Where the stores are.</summary>
    public required CosmosOptions Cosmos { get; init; }

    /// <summary>Origins that browsers may call from; empty for all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Which access tokens of Entra ID are accepted; null for none.</summary>
    public EntraOptions? Entra { get; init; }

    /// <summary>Whether the collector answers.</summary>
    public bool CollectorEnabled { get; init; } = true;

    /// <summary>What interventions carry, and how often they are sent.</summary>
    public InterventionOptions Interventions { get; init; } = new();

    /// <summary>Settings of the subscriptions to interventions.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>Settings of webhooks.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>File with the configuration of identities; null for none.</summary>
    public string? IdentityConfigurationFile { get; init; }

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="SettingException">One or more are missing or malformed; the message names each of them.</exception>
    public static CloudSettings From(IConfiguration configuration)
    {
        var problems = new List<string>();
        T Read<T>(Func<T> read)
        {
            try
            {
                return read();
            }
            catch (SettingException problem)
            {
                problems.Add(problem.Message);
                return default!;
            }
        }

        var hubs = new SettingsReader(configuration, "");
        var signals = new SettingsReader(configuration, "Signals");
        var settings = new CloudSettings
        {
            EventHubs = Read(() => ReadNamespace(hubs)),
            EnrichedHub = Read(() => ReadHub(hubs, "EnrichedHub")),
            EnrichedHubPartitions = (int)Read(() => hubs.Number("EnrichedHubPartitions", 1, LogPartitions.MaxPartitions)),
            AggregatedHub = Read(() => ReadHub(hubs, "AggregatedHub")),
            ResolvedHub = Read(() => ReadHub(hubs, "ResolvedHub")),
            DeferredHub = Read(() => ReadHub(hubs, "DeferredHub")),
            HubEpoch = (int)Read(() => hubs.Number("HubEpoch", 0, LogPartitions.MaxEpoch, 0)),
            Cosmos = Read(() => ReadCosmos(signals)),
            AllowedOrigins = signals.List("AllowedOrigins", ','),
            Entra = Read(() => ReadEntra(signals)),
            CollectorEnabled = Read(() => signals.Switch("Collector", byDefault: true)),
            Interventions = Read(signals.Interventions),
            Subscriptions = Read(signals.Subscriptions),
            Webhooks = Read(signals.Webhooks),
            IdentityConfigurationFile = signals.IdentityConfigurationFile(),
        };
        Read(() => hubs.Required("AggregatedConsumerGroup", "the name of a consumer group of each hub that nothing else reads by, such as signals"));
        if (problems.Count == 0)
            Read(() => CheckApi(settings, signals));
        return problems.Count == 0 ? settings : throw new SettingException(string.Join(Environment.NewLine, problems));
    }

    /// <summary>The number by which profiles remember a partition of <see cref="AggregatedHub"/>.</summary>
    /// <param name="partition">Which partition, 0 to 1023.</param>
    public int NumberOf(int partition) =>
        AggregatedHub == EnrichedHub ? LogPartitions.Enriched(partition, HubEpoch) : LogPartitions.Resolved(partition, HubEpoch);

    /// <summary>The settings of the HTTP surface: no token that is the same for everybody.</summary>
    public SignalsApiOptions ToApiOptions() => new()
    {
        SandboxTokens = [],
        Entra = Entra,
        AllowedOrigins = AllowedOrigins,
        CollectorEnabled = CollectorEnabled,
        Subscriptions = Subscriptions,
        Webhooks = Webhooks,
    };

    private static Uri ReadNamespace(SettingsReader hubs)
    {
        const string key = $"{HubConnection}:fullyQualifiedNamespace";
        const string expected = "the host name of an Event Hubs namespace, such as my-namespace.servicebus.windows.net";
        var host = hubs.Required(key, expected);
        return Uri.CheckHostName(host) == UriHostNameType.Dns && host.Contains('.')
            ? new Uri($"https://{host}/")
            : throw hubs.Malformed(key, expected, host);
    }

    private static string ReadHub(SettingsReader hubs, string key)
    {
        var name = hubs.Required(key, HubName);
        return name.Length <= 256 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? name : throw hubs.Malformed(key, HubName, name);
    }

    private static CosmosOptions ReadCosmos(SettingsReader signals)
    {
        signals.Required("Cosmos:Endpoint", "the https address of a Cosmos DB account, such as https://my-account.documents.azure.com:443/");
        return signals.Cosmos()!;
    }

    private static EntraOptions? ReadEntra(SettingsReader signals)
    {
        const string tenantKey = "Entra:TenantId";
        const string audienceKey = "Entra:Audience";
        const string authorityKey = "Entra:Authority";
        if (signals[tenantKey] is null or "" && signals[audienceKey] is null or "")
            return null;
        var tenant = signals.Required(tenantKey, TenantId);
        var audience = signals.Required(audienceKey, "an application ID or application ID URI, beside Signals__Entra__TenantId");
        if (!Guid.TryParseExact(tenant, "D", out _))
            throw signals.Malformed(tenantKey, TenantId, tenant);
        var authority = EntraOptions.PublicAuthority;
        if (signals[authorityKey] is { Length: > 0 } text
            && (!Uri.TryCreate(text, UriKind.Absolute, out authority) || authority.Scheme != Uri.UriSchemeHttps || authority.PathAndQuery != "/"))
            throw signals.Malformed(authorityKey, "an https address such as https://login.microsoftonline.us/", text);
        return new EntraOptions(tenant, audience) { Authority = authority };
    }

    private static bool CheckApi(CloudSettings settings, SettingsReader signals)
    {
        try
        {
            settings.ToApiOptions().Validate();
            return true;
        }
        catch (ArgumentException error)
        {
            throw new SettingException(error.Message
                .Replace(nameof(SignalsApiOptions.AllowedOrigins), signals.Describe("AllowedOrigins"), StringComparison.Ordinal)
                .Replace("Entra.Audience", signals.Describe("Entra:Audience"), StringComparison.Ordinal));
        }
    }
}
