using System.Net;
using Signals.Api;
using Signals.Api.Interventions;
using Signals.Api.Webhooks;
using Signals.Engine.Interventions;
using Signals.Functions.Hosting;
using Signals.Storage.Cosmos;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>What the local runtime is told: checked as a whole before anything starts.</summary>
public sealed record LocalSettings
{
    /// <summary>Where it listens unless told otherwise.</summary>
    public const string DefaultUrls = "http://127.0.0.1:7071";

    /// <summary>Where the data is unless told otherwise, from the current folder.</summary>
    public const string DefaultData = "data";

    /// <summary>Addresses to listen on.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>Full path of the folder with the data.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Opaque token that clients in sandbox mode send.</summary>
    public required string SandboxToken { get; init; }

    /// <summary>Origins that browsers may call from; empty for all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>How much of the finished event log is kept.</summary>
    public SqliteEventLogOptions EventLog { get; init; } = new();

    /// <summary>What interventions carry, and how often they are sent.</summary>
    public InterventionOptions Interventions { get; init; } = new();

    /// <summary>Settings of the subscriptions to interventions.</summary>
    public SubscriptionOptions Subscriptions { get; init; } = new();

    /// <summary>Settings of webhooks.</summary>
    public WebhookOptions Webhooks { get; init; } = new();

    /// <summary>File with the configuration of identities; null for none.</summary>
    public string? IdentityConfigurationFile { get; init; }

    /// <summary>Where everything but the event log is kept; null when it is in the file with it.</summary>
    public CosmosOptions? Cosmos { get; init; }

    /// <summary>The one file with everything, or with the event log only.</summary>
    public string DatabasePath => DatabaseIn(DataFolder);

    /// <summary>Path of the file with everything in a data folder.</summary>
    public static string DatabaseIn(string folder) => Path.Combine(Path.GetFullPath(folder), "signals.db");

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="SettingException">One is missing or malformed.</exception>
    public static LocalSettings From(IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration, "Signals", Describe);
        var urls = SettingsReader.Split(reader["Urls"] ?? DefaultUrls, ';');
        CheckUrls(reader, urls);
        var settings = new LocalSettings
        {
            Urls = urls,
            DataFolder = ReadFolder(reader),
            SandboxToken = reader["SandboxToken"] ?? SignalsApiOptions.LocalSandboxToken,
            AllowedOrigins = reader.List("AllowedOrigins", ','),
            EventLog = new SqliteEventLogOptions
            {
                MaxBytes = reader.Number("EventLog:MaxMegabytes", 1, 1 << 20, 1024) << 20,
                MaxAge = TimeSpan.FromHours(reader.Number("EventLog:MaxHours", 1, 24 * 3650, 7 * 24)),
            },
            Interventions = reader.Interventions(),
            Subscriptions = reader.Subscriptions(),
            Webhooks = reader.Webhooks(),
            IdentityConfigurationFile = reader.IdentityConfigurationFile(),
            Cosmos = reader.Cosmos(),
        };
        try
        {
            settings.ToApiOptions().Validate();
        }
        catch (ArgumentException error)
        {
            throw new SettingException(error.Message
                .Replace(nameof(SignalsApiOptions.SandboxTokens), reader.Describe("SandboxToken"), StringComparison.Ordinal)
                .Replace(nameof(SignalsApiOptions.AllowedOrigins), reader.Describe("AllowedOrigins"), StringComparison.Ordinal));
        }
        return settings;
    }

    /// <summary>The settings of the HTTP surface.</summary>
    public SignalsApiOptions ToApiOptions() => new()
    {
        SandboxTokens = [new SandboxToken(SandboxToken, Engine.Access.AccessScopes.All)],
        AllowedOrigins = AllowedOrigins,
        Subscriptions = Subscriptions,
        Webhooks = Webhooks,
    };

    private static void CheckUrls(SettingsReader reader, IReadOnlyList<string> urls)
    {
        var allowRemote = reader.Switch("AllowRemote");
        if (urls.Count == 0)
            throw reader.Malformed("Urls", "one or more addresses such as http://127.0.0.1:7071, separated by semicolons", "");
        foreach (var url in urls)
        {
            // The host * and + mean every address of the machine, but are no hosts to the URI parser.
            var parsable = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(parsable, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
                throw reader.Malformed("Urls", "an address such as http://127.0.0.1:7071", url);
            if (!allowRemote && !IsLoopback(uri))
            {
                throw new SettingException(
                    $"{url} can be reached from other machines, over plain HTTP and with one sandbox token for everything. "
                    + $"If that is what you want, add --allow-remote ({reader.Describe("AllowRemote")}=true).");
            }
        }
    }

    private static bool IsLoopback(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private static string ReadFolder(SettingsReader reader)
    {
        var folder = reader["Data"] ?? DefaultData;
        if (string.IsNullOrWhiteSpace(folder) || File.Exists(folder))
            throw reader.Malformed("Data", "a folder, which is made when it is not there", folder);
        return Path.GetFullPath(folder);
    }

    private static string Describe(string name) => name switch
    {
        "Signals__Urls" => $"--urls ({name})",
        "Signals__Data" => $"--data ({name})",
        "Signals__SandboxToken" => $"--sandbox-token ({name})",
        _ => name,
    };
}
