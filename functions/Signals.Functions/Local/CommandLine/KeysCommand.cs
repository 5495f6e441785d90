using System.CommandLine;
using Signals.Engine.Access;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;
using Spectre.Console;

namespace Signals.Functions.Local.CommandLine;

/// <summary>Makes, lists and revokes API key pairs.</summary>
internal static class KeysCommand
{
    public static Command Build() => new("keys", "Make, list and revoke API keys") { Create(), List(), Revoke() };

    private static Command Create()
    {
        var organization = new Option<string>("--org") { HelpName = "ID", Description = "Organisation: the org_id or organizationId of SDK clients", Required = true };
        var name = new Option<string>("--name") { HelpName = "NAME", Description = "What to call the key", Required = true };
        var scopes = new Option<string[]>("--scope")
        {
            HelpName = "SCOPE",
            Description = $"What its tokens may do; give it several times for several",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. AccessScopes.All],
        };
        scopes.AcceptOnlyFromAmong([.. AccessScopes.All]);
        var data = DataOption.Create();
        var command = new Command("create", "Make a key pair and show its secret, once") { organization, name, scopes, data };
        command.SetAction((parsed, cancellationToken) => WithKeysAsync(parsed.GetValue(data), async keys =>
        {
            var made = await MakeAsync(keys, parsed.GetValue(organization)!, parsed.GetValue(name)!, parsed.GetValue(scopes)!, cancellationToken);
            Console.WriteLine($"API key id:  {made.Key.KeyId}");
            Console.WriteLine($"API key:     {made.Secret}");
            Console.WriteLine($"Scopes:      {string.Join(' ', made.Key.Scopes)}");
            Console.WriteLine("The API key is shown this once: only its hash is kept.");
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var data = DataOption.Create();
        var command = new Command("list", "List all key pairs, oldest first") { data };
        command.SetAction((parsed, cancellationToken) => WithKeysAsync(parsed.GetValue(data), async keys =>
        {
            Show(await keys.ListAsync(cancellationToken));
            return 0;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("KEY-ID") { Description = "The API key id" };
        var data = DataOption.Create();
        var command = new Command("revoke", "Revoke a key pair, and with it the tokens it was exchanged for") { id, data };
        command.SetAction((parsed, cancellationToken) => WithKeysAsync(parsed.GetValue(data), async keys =>
        {
            if (await keys.RevokeAsync(parsed.GetValue(id)!, cancellationToken))
            {
                Console.WriteLine("Revoked.");
                return 0;
            }
            await Console.Error.WriteLineAsync("There is no key of this id that is not revoked already. 'keys list' shows all.");
            return 1;
        }));
        return command;
    }

    private static async Task<NewApiKey> MakeAsync(ApiKeys keys, string organization, string name, string[] scopes, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.CreateAsync(organization, name, scopes, cancellationToken);
        }
        catch (ArgumentException error)
        {
            throw new SettingException(error.Message);
        }
    }

    private static async Task<int> WithKeysAsync(string? data, Func<ApiKeys, Task<int>> work)
    {
        await using var opened = await LocalData.OpenAsync(DataOption.Settings(data), CancellationToken.None);
        return await work(new ApiKeys(opened.Access, TimeProvider.System));
    }

    private static void Show(IReadOnlyList<ApiKey> keys)
    {
        if (Console.IsOutputRedirected)
        {
            foreach (var key in keys)
                Console.WriteLine(string.Join('\t', Fields(key)));
            return;
        }
        var table = new Table().RoundedBorder().AddColumns("API key id", "Organisation", "Name", "Scopes", "Made", "Revoked");
        foreach (var key in keys)
            table.AddRow([.. Fields(key).Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    private static string[] Fields(ApiKey key) =>
    [
        key.KeyId, key.Organization, key.Name, string.Join(' ', key.Scopes), $"{key.CreatedAt:u}", key.RevokedAt is { } at ? $"{at:u}" : "",
    ];
}
