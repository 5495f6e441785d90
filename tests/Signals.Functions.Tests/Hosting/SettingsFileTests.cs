using Microsoft.Extensions.Configuration;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;

namespace Signals.Functions.Tests.Hosting;

public sealed class SettingsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("signals-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Values_of_the_file_are_settings()
    {
        Write("""{"IsEncrypted": false, "Values": {"Signals__SandboxToken": "token-of-the-file", "Other": "1"}} // ours""");

        Assert.Equal("token-of-the-file", LocalSettings.From(Configuration()).SandboxToken);
    }

    [Fact]
    public void Folder_without_the_file_has_no_settings() => Assert.Empty(SettingsFile.Read(_folder));

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"Values\": 5}")]
    public void File_that_cannot_be_read_is_named(string text)
    {
        Write(text);

        var error = Assert.Throws<SettingException>(() => SettingsFile.Read(_folder).ToList());
        Assert.Contains(SettingsFile.Name, error.Message);
    }

    [Fact]
    public void Sample_at_the_root_says_the_defaults()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Signals.Functions.sln")))
            root = root.Parent!;
        File.Copy(Path.Combine(root.FullName, "local.settings.sample.json"), Path.Combine(_folder, SettingsFile.Name));

        var (sample, defaults) = (LocalSettings.From(Configuration()), LocalSettings.From(new ConfigurationBuilder().Build()));

        Assert.Equal(defaults.Urls, sample.Urls);
        Assert.Equal(defaults.DatabasePath, sample.DatabasePath);
        Assert.Equal(defaults.SandboxToken, sample.SandboxToken);
        Assert.Equal(defaults.EventLog, sample.EventLog);
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_folder, SettingsFile.Name), text);

    private IConfiguration Configuration() => new ConfigurationBuilder().AddInMemoryCollection(SettingsFile.Read(_folder)).Build();
}
