using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;
using Signals.Storage.Sqlite;

namespace Signals.Functions.Tests.Hosting;

public sealed class IdentityConfigurationFileTests : IAsyncLifetime
{
    private const string User = """{"identifiers":[{"name":"user_id","priority":1,"property":"user_id"}]}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("signals-identity-file-");
    private SqliteDatabase _database = null!;

    private string Path => System.IO.Path.Combine(_folder.FullName, "identities.json");

    public Task InitializeAsync()
    {
        _database = SqliteDatabase.Open(LocalSettings.DatabaseIn(_folder.FullName));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_file_is_put_in_force_when_it_differs()
    {
        Assert.Equal(1, await StartAsync(User));
        Assert.Equal(1, await StartAsync(User));
        Assert.Equal(2, await StartAsync("""{"identifiers":[]}"""));

        using var registry = await IdentityServices.OpenAsync(new SqliteDefinitionStore(_database), null, default);
        Assert.Equal(["file", "file"], registry.Versions.Select(version => version.Author));
    }

    [Theory]
    [InlineData("{", "JSON decode error")]
    [InlineData("""{"identifiers":[{"name":"a","property":"user_id"}]}""", "identifiers.0.priority: Field required")]
    [InlineData("""[]""", "Input should be a valid dictionary or object")]
    public async Task A_file_that_is_no_configuration_is_refused_with_the_place(string json, string named)
    {
        var error = await Assert.ThrowsAsync<SettingException>(() => StartAsync(json));

        Assert.Contains("Signals__Identities__ConfigurationFile", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<SettingException>(() => IdentityServices.OpenAsync(new SqliteDefinitionStore(_database), Path, default));

        Assert.Contains(Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused() =>
        Assert.Contains("larger than", (await Assert.ThrowsAsync<SettingException>(() => StartAsync(new string(' ', 2_000_000)))).Message, StringComparison.Ordinal);

    private async Task<long> StartAsync(string json)
    {
        await File.WriteAllTextAsync(Path, json);
        using var registry = await IdentityServices.OpenAsync(new SqliteDefinitionStore(_database), Path, default);
        return registry.Current.Configuration.Version;
    }
}
