using System.CommandLine;
using Signals.Functions.Local.Hosting;

namespace Signals.Functions.Local.CommandLine;

/// <summary>Starts the local runtime: what happens without a verb.</summary>
internal static class ServeCommand
{
    public static void AddTo(RootCommand root)
    {
        var urls = new Option<string?>("--urls") { HelpName = "URL", Description = $"Where to listen. Default {LocalSettings.DefaultUrls}" };
        var data = DataOption.Create();
        var token = new Option<string?>("--sandbox-token") { HelpName = "TOKEN", Description = "Token that clients in sandbox mode send: 16 to 256 visible ASCII characters" };
        var allowRemote = new Option<bool>("--allow-remote") { Description = "Allow --urls that other machines can reach" };
        root.Options.Add(urls);
        root.Options.Add(data);
        root.Options.Add(token);
        root.Options.Add(allowRemote);
        root.SetAction(async (parsed, cancellationToken) =>
        {
            var given = new Dictionary<string, string?>
            {
                ["Signals:Urls"] = parsed.GetValue(urls),
                ["Signals:Data"] = parsed.GetValue(data),
                ["Signals:SandboxToken"] = parsed.GetValue(token),
                ["Signals:AllowRemote"] = parsed.GetValue(allowRemote) ? "true" : null,
            };
            await LocalApplication.RunAsync(LocalSettings.From(Configuration(given)), cancellationToken);
            return 0;
        });
    }

    /// <summary>The command line, above the environment, above <c>local.settings.json</c>.</summary>
    public static IConfiguration Configuration(IEnumerable<KeyValuePair<string, string?>> given) => new ConfigurationBuilder()
        .AddInMemoryCollection(SettingsFile.Read(Directory.GetCurrentDirectory()))
        .AddEnvironmentVariables()
        .AddInMemoryCollection(given.Where(setting => setting.Value is not null))
        .Build();
}
