using System.CommandLine;
using Microsoft.Data.Sqlite;
using Signals.Engine.Events;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;

namespace Signals.Functions.Local.CommandLine;

/// <summary>The command line: without a verb it serves.</summary>
public static class SignalsCommand
{
    private const int Failure = 1;

    private static readonly TimeSpan GraceAfterInterrupt = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line to its end.</summary>
    /// <returns>Exit code: 0 for success.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = GraceAfterInterrupt };
        try
        {
            return await Build().Parse(arguments).InvokeAsync(configuration);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped.");
            return Failure;
        }
        catch (Exception error) when (error is SettingException or SqliteException or StoreUnavailableException or IOException
            or UnauthorizedAccessException or InvalidDataException or HttpRequestException)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return Failure;
        }
    }

    private static RootCommand Build()
    {
        var root = new RootCommand(
            "Signals Functions: live attributes of users and sessions from Snowplow events. Without a verb it starts the local runtime.");
        ServeCommand.AddTo(root);
        root.Subcommands.Add(ReplayCommand.Build());
        root.Subcommands.Add(GenerateCommand.Build());
        root.Subcommands.Add(KeysCommand.Build());
        return root;
    }
}
