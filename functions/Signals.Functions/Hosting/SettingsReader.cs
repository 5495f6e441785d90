using System.Buffers;
using System.Globalization;
using Signals.Api.Interventions;
using Signals.Api.Webhooks;
using Signals.Engine.Interventions;
using Signals.Storage.Cosmos;

namespace Signals.Functions.Hosting;

/// <summary>Reads the settings of one section, each with an error that names it and says what is expected.</summary>
/// <param name="configuration">All settings.</param>
/// <param name="section">Name of the section; empty for settings outside any.</param>
/// <param name="describe">What to call a setting in an error, from its name as an environment variable; that name when null.</param>
internal sealed class SettingsReader(IConfiguration configuration, string section, Func<string, string>? describe = null)
{
    private const string ExampleAccount = "https://my-account.documents.azure.com:443/";
    private const int MaxDatabaseName = 255;
    private const int DefaultOutboxHours = 24;
    private const int MaxOutboxHours = 168;

    private static readonly SearchValues<char> ForbiddenInNames = SearchValues.Create("/\\?#");

    /// <summary>The text of a setting; null when it is not there.</summary>
    public string? this[string key] => configuration[section.Length == 0 ? key : $"{section}:{key}"];

    /// <summary>A text that has to be there.</summary>
    /// <exception cref="SettingException">It is not.</exception>
    public string Required(string key, string expected) => this[key] is { Length: > 0 } text ? text : throw Missing(key, expected);

    /// <summary>True or false; false when it is not there.</summary>
    /// <exception cref="SettingException">It is neither.</exception>
    public bool Switch(string key, bool byDefault = false) => this[key] switch
    {
        null => byDefault,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw Malformed(key, "true or false", text),
    };

    /// <summary>A whole number.</summary>
    /// <exception cref="SettingException">It is none, or out of range.</exception>
    public long Number(string key, long min, long max, long byDefault) => this[key] is null ? byDefault : Number(key, min, max);

    /// <summary>A whole number that has to be there.</summary>
    /// <exception cref="SettingException">It is not, is none, or out of range.</exception>
    public long Number(string key, long min, long max)
    {
        var expected = $"a whole number from {min} to {max}";
        var text = Required(key, expected);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
            return value;
        throw Malformed(key, expected, text);
    }

    /// <summary>The parts of a text, without the empty ones.</summary>
    public string[] List(string key, char separator) => Split(this[key] ?? "", separator);

    /// <summary>The parts of a text, without the empty ones.</summary>
    public static string[] Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What interventions carry, and how often they are sent.</summary>
    public InterventionOptions Interventions() => new()
    {
        PayloadStringsRaw = Switch("Interventions:PayloadStringsRaw"),
        PayloadNamesQualified = Switch("Interventions:PayloadNamesQualified"),
        SendOncePerTarget = Switch("Interventions:SendOncePerTarget"),
    };

    /// <summary>The subscriptions to interventions.</summary>
    public SubscriptionOptions Subscriptions() => new()
    {
        RequireToken = Switch("Subscriptions:RequireToken"),
        ClientAddressHeader = this["Subscriptions:ClientAddressHeader"],
        MaxPerAddress = (int)Number("Subscriptions:MaxPerAddress", 1, 1_000_000, 100),
        MaxTotal = (int)Number("Subscriptions:MaxTotal", 1, 1_000_000, 25_000),
        MaxIdentifiers = (int)Number("Subscriptions:MaxIdentifiers", 1, 1000, 100),
    };

    /// <summary>Full path of the file with the configuration of identities; null for none.</summary>
    public string? IdentityConfigurationFile() => this["Identities:ConfigurationFile"] is { Length: > 0 } path ? Path.GetFullPath(path) : null;

    /// <summary>Webhooks.</summary>
    public WebhookOptions Webhooks() => new()
    {
        AllowHttp = Switch("Webhooks:AllowHttp"),
        AllowPrivateNetworks = Switch("Webhooks:AllowPrivateNetworks"),
    };

    /// <summary>The Cosmos DB account that keeps the stores; null when there is none.</summary>
    /// <exception cref="SettingException">A setting of it is malformed.</exception>
    public CosmosOptions? Cosmos()
    {
        var (endpoint, database, emulator) = (this["Cosmos:Endpoint"], this["Cosmos:Database"], Switch("Cosmos:Emulator"));
        var outboxHours = Number("Cosmos:OutboxHours", 1, MaxOutboxHours, DefaultOutboxHours);
        if (string.IsNullOrEmpty(endpoint))
        {
            return string.IsNullOrEmpty(database) && !emulator && this["Cosmos:OutboxHours"] is null
                ? null
                : throw Missing("Cosmos:Endpoint", "the address of the account, since other settings of Cosmos DB are there");
        }
        // Plain HTTP only to an emulator: everything else is sent a token of Entra ID.
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0
            || !(uri.Scheme == Uri.UriSchemeHttps || (emulator && uri.Scheme == Uri.UriSchemeHttp)))
            throw Malformed("Cosmos:Endpoint", $"the https address of a Cosmos DB account, such as {ExampleAccount}, or that of an emulator with {Describe("Cosmos:Emulator")}=true", endpoint);
        database = string.IsNullOrEmpty(database) ? CosmosOptions.DefaultDatabase : database;
        if (database.Length > MaxDatabaseName || database.AsSpan().ContainsAny(ForbiddenInNames))
            throw Malformed("Cosmos:Database", $"a name of up to {MaxDatabaseName} characters without / \\ ? #", database);
        return new CosmosOptions { Endpoint = uri, Database = database, Emulator = emulator, OutboxRetention = TimeSpan.FromHours(outboxHours) };
    }

    /// <summary>The error of a setting that is not of the form it should have.</summary>
    public SettingException Malformed(string key, string expected, string given) => new($"Setting {Describe(key)}: expected {expected}, not '{given}'.");

    /// <summary>What to call a setting in an error.</summary>
    public string Describe(string key)
    {
        var name = (section.Length == 0 ? key : $"{section}:{key}").Replace(":", "__", StringComparison.Ordinal);
        return describe is null ? name : describe(name);
    }

    private SettingException Missing(string key, string expected) => new($"Setting {Describe(key)} is missing: expected {expected}.");
}
