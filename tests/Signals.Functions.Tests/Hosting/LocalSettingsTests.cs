using Microsoft.Extensions.Configuration;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;

namespace Signals.Functions.Tests.Hosting;

public sealed class LocalSettingsTests
{
    [Fact]
    public void Without_settings_it_listens_on_loopback_with_the_well_known_token()
    {
        var settings = LocalSettings.From(Configuration());

        Assert.Equal(["http://127.0.0.1:7071"], settings.Urls);
        Assert.Equal("local-sandbox-token", settings.SandboxToken);
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "data", "signals.db"), settings.DatabasePath);
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://[::1]:7071")]
    [InlineData("http://127.0.0.1:7071;http://[::1]:7071")]
    public void Loopback_addresses_are_taken(string urls) =>
        Assert.Equal(urls.Split(';'), LocalSettings.From(Configuration(("Urls", urls))).Urls);

    [Theory]
    [InlineData("http://0.0.0.0:7071")]
    [InlineData("http://*:7071")]
    [InlineData("http://+:7071")]
    [InlineData("http://[::]:7071")]
    [InlineData("http://192.168.1.10:7071")]
    [InlineData("http://my-machine:7071")]
    [InlineData("http://127.0.0.1:7071;http://0.0.0.0:7072")]
    public void Addresses_that_others_can_reach_need_a_word(string urls)
    {
        var error = Assert.Throws<SettingException>(() => LocalSettings.From(Configuration(("Urls", urls))));
        Assert.Contains("--allow-remote", error.Message);

        Assert.Equal(urls.Split(';'), LocalSettings.From(Configuration(("Urls", urls), ("AllowRemote", "true"))).Urls);
    }

    [Theory]
    [InlineData("Urls", "", "--urls (Signals__Urls)", "http://127.0.0.1:7071")]
    [InlineData("Urls", "7071", "--urls (Signals__Urls)", "http://127.0.0.1:7071")]
    [InlineData("Urls", "https://127.0.0.1:7071", "--urls (Signals__Urls)", "http://127.0.0.1:7071")]
    [InlineData("Urls", "http://127.0.0.1:7071/base", "--urls (Signals__Urls)", "http://127.0.0.1:7071")]
    [InlineData("AllowRemote", "perhaps", "Signals__AllowRemote", "true or false")]
    [InlineData("Data", " ", "--data (Signals__Data)", "a folder")]
    [InlineData("SandboxToken", "short", "--sandbox-token (Signals__SandboxToken)", "16 to 256")]
    [InlineData("SandboxToken", "looks.like.a-json-web-token", "--sandbox-token (Signals__SandboxToken)", "two dots")]
    [InlineData("AllowedOrigins", "https://app.example/path", "Signals__AllowedOrigins", "https://app.example")]
    [InlineData("EventLog:MaxMegabytes", "0", "Signals__EventLog__MaxMegabytes", "1 to")]
    [InlineData("EventLog:MaxHours", "a week", "Signals__EventLog__MaxHours", "whole number")]
    [InlineData("Cosmos:Endpoint", "my-account", "Signals__Cosmos__Endpoint", "https://my-account.documents.azure.com:443/")]
    [InlineData("Cosmos:Endpoint", "http://127.0.0.1:8081/", "Signals__Cosmos__Endpoint", "Signals__Cosmos__Emulator=true")]
    [InlineData("Cosmos:Endpoint", "https://my-account.documents.azure.com/?key=secret", "Signals__Cosmos__Endpoint", "https address")]
    [InlineData("Cosmos:Emulator", "true", "Signals__Cosmos__Endpoint", "the address of the account")]
    [InlineData("Cosmos:OutboxHours", "0", "Signals__Cosmos__OutboxHours", "1 to 168")]
    [InlineData("Cosmos:Emulator", "yes", "Signals__Cosmos__Emulator", "true or false")]
    [InlineData("Cosmos:Database", "signals", "Signals__Cosmos__Endpoint", "the address of the account")]
    public void Malformed_setting_is_named_with_what_is_expected(string setting, string value, string name, string expected)
    {
        var error = Assert.Throws<SettingException>(() => LocalSettings.From(Configuration((setting, value))));
        Assert.Contains(name, error.Message);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void Stores_are_in_the_file_unless_there_is_an_account()
    {
        Assert.Null(LocalSettings.From(Configuration()).Cosmos);

        var account = LocalSettings.From(Configuration(("Cosmos:Endpoint", "https://my-account.documents.azure.com:443/"))).Cosmos!;
        Assert.Equal(("https://my-account.documents.azure.com/", "signals", false), (account.Endpoint.AbsoluteUri, account.Database, account.Emulator));

        var emulator = LocalSettings.From(Configuration(("Cosmos:Endpoint", "http://127.0.0.1:8081"), ("Cosmos:Database", "mine"), ("Cosmos:Emulator", "true"))).Cosmos!;
        Assert.Equal(("http://127.0.0.1:8081/", "mine", true), (emulator.Endpoint.AbsoluteUri, emulator.Database, emulator.Emulator));
    }

    [Fact]
    public void Name_of_a_database_that_cosmos_db_forbids_is_refused()
    {
        var error = Assert.Throws<SettingException>(() =>
            LocalSettings.From(Configuration(("Cosmos:Endpoint", "https://my-account.documents.azure.com:443/"), ("Cosmos:Database", "a/b"))));
        Assert.Contains("Signals__Cosmos__Database", error.Message);
    }

    [Fact]
    public void Data_folder_that_is_a_file_is_refused()
    {
        var file = Path.GetTempFileName();
        var error = Assert.Throws<SettingException>(() => LocalSettings.From(Configuration(("Data", file))));
        Assert.Contains("--data", error.Message);
        File.Delete(file);
    }

    private static IConfiguration Configuration(params (string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Signals:{setting.Name}", (string?)setting.Value)))
        .Build();
}
