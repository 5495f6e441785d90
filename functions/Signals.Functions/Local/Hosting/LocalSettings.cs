using System.Globalization;
using System.Net;
using Signals.Api;
using Signals.Api.Interventions;
using Signals.Api.Webhooks;
using Signals.Engine.Interventions;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Local.Hosting;

/// <summary>A setting is missing or malformed. The message names it and says what is expected.</summary>
public sealed class SettingException(string message) : Exception(message);

/// <summary>What the local runtime is told: checked as a whole before anything starts.</summary>
public sealed record LocalSettings
{
    /// <summary>Where it listens unless told otherwise.</summary>
    public const string DefaultUrls = "http://127.0.0.1:7071";

    /// <summary>Where the data is unless told otherwise, from the current folder.</summary>
    public const string DefaultData = "data";

    private const string Section = "Signals";

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

    /// <summary>The one file with everything.</summary>
    public string DatabasePath => DatabaseIn(DataFolder);

    /// <summary>Path of the file with everything in a data folder.</summary>
    public static string DatabaseIn(string folder) => Path.Combine(Path.GetFullPath(folder), "signals.db");

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="SettingException">One is missing or malformed.</exception>
    public static LocalSettings From(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        var urls = Split(section["Urls"] ?? DefaultUrls, ';');
        CheckUrls(urls, allowRemote: ReadSwitch(section, "AllowRemote"));
        var settings = new LocalSettings
        {
            Urls = urls,
            DataFolder = ReadFolder(section),
            SandboxToken = section["SandboxToken"] ?? SignalsApiOptions.LocalSandboxToken,
            AllowedOrigins = Split(section["AllowedOrigins"] ?? "", ','),
            EventLog = new SqliteEventLogOptions
            {
                MaxBytes = ReadNumber(section, "EventLog:MaxMegabytes", 1, 1 << 20, 1024) << 20,
                MaxAge = TimeSpan.FromHours(ReadNumber(section, "EventLog:MaxHours", 1, 24 * 3650, 7 * 24)),
            },
            Interventions = new InterventionOptions
            {
                PayloadStringsRaw = ReadSwitch(section, "Interventions:PayloadStringsRaw"),
                PayloadNamesQualified = ReadSwitch(section, "Interventions:PayloadNamesQualified"),
                SendOncePerTarget = ReadSwitch(section, "Interventions:SendOncePerTarget"),
            },
            Subscriptions = new SubscriptionOptions
            {
                RequireToken = ReadSwitch(section, "Subscriptions:RequireToken"),
                ClientAddressHeader = section["Subscriptions:ClientAddressHeader"],
                MaxPerAddress = (int)ReadNumber(section, "Subscriptions:MaxPerAddress", 1, 1_000_000, 100),
                MaxTotal = (int)ReadNumber(section, "Subscriptions:MaxTotal", 1, 1_000_000, 25_000),
                MaxIdentifiers = (int)ReadNumber(section, "Subscriptions:MaxIdentifiers", 1, 1000, 100),
            },
            Webhooks = new WebhookOptions
            {
                AllowHttp = ReadSwitch(section, "Webhooks:AllowHttp"),
                AllowPrivateNetworks = ReadSwitch(section, "Webhooks:AllowPrivateNetworks"),
            },
        };
        try
        {
            settings.ToApiOptions().Validate();
        }
        catch (ArgumentException error)
        {
            throw new SettingException(error.Message
                .Replace(nameof(SignalsApiOptions.SandboxTokens), Describe("SandboxToken"), StringComparison.Ordinal)
                .Replace(nameof(SignalsApiOptions.AllowedOrigins), Describe("AllowedOrigins"), StringComparison.Ordinal));
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

    private static void CheckUrls(IReadOnlyList<string> urls, bool allowRemote)
    {
        if (urls.Count == 0)
            throw Malformed("Urls", "one or more addresses such as http://127.0.0.1:7071, separated by semicolons", "");
        foreach (var url in urls)
        {
            // The host * and + mean every address of the machine, but are no hosts to the URI parser.
            var parsable = url.Replace("//*", "//0.0.0.0", StringComparison.Ordinal).Replace("//+", "//0.0.0.0", StringComparison.Ordinal);
            if (!Uri.TryCreate(parsable, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
                throw Malformed("Urls", "an address such as http://127.0.0.1:7071", url);
            if (!allowRemote && !IsLoopback(uri))
            {
                throw new SettingException(
                    $"{url} can be reached from other machines, over plain HTTP and with one sandbox token for everything. "
                    + $"If that is what you want, add --allow-remote ({Name("AllowRemote")}=true).");
            }
        }
    }

    private static bool IsLoopback(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private static string ReadFolder(IConfigurationSection section)
    {
        var folder = section["Data"] ?? DefaultData;
        if (string.IsNullOrWhiteSpace(folder) || File.Exists(folder))
            throw Malformed("Data", "a folder, which is made when it is not there", folder);
        return Path.GetFullPath(folder);
    }

    private static bool ReadSwitch(IConfigurationSection section, string key) => section[key] switch
    {
        null => false,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw Malformed(key, "true or false", text),
    };

    private static long ReadNumber(IConfigurationSection section, string key, long min, long max, long byDefault)
    {
        if (section[key] is not { } text)
            return byDefault;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return value;
        throw Malformed(key, $"a whole number from {min} to {max}", text);
    }

    private static SettingException Malformed(string key, string expected, string given) =>
        new($"Setting {Describe(key)}: expected {expected}, not '{given}'.");

    private static string Describe(string key) => key switch
    {
        "Urls" => $"--urls ({Name(key)})",
        "Data" => $"--data ({Name(key)})",
        "SandboxToken" => $"--sandbox-token ({Name(key)})",
        _ => Name(key),
    };

    private static string Name(string key) => $"{Section}__{key.Replace(":", "__", StringComparison.Ordinal)}";

    private static string[] Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
