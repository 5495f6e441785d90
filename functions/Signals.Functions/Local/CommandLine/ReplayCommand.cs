using System.CommandLine;
using System.Diagnostics;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;
using Signals.Functions.Local.Replay;

namespace Signals.Functions.Local.CommandLine;

/// <summary>Feeds files of enriched events to a running instance or straight into a data folder.</summary>
internal static class ReplayCommand
{
    public static Command Build()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Files of enriched events: tab-separated values, or canonical JSON when the name ends in .ndjson or .jsonl; compressed with gzip or not. - is standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var to = new Option<string?>("--to") { HelpName = "URL", Description = $"Address of a running instance, such as {LocalSettings.DefaultUrls}" };
        var token = new Option<string?>("--token") { HelpName = "TOKEN", Description = "Token for --to. Default: the sandbox token" };
        var data = DataOption.Create();
        var command = new Command("replay", "Feed files of enriched events to a running instance (--to) or straight into a data folder (--data)") { files, to, token, data };
        command.Validators.Add(result =>
        {
            if (result.GetResult(to) is not null && result.GetResult(data) is not null)
                result.AddError("Give --to or --data, not both.");
            if (result.GetResult(token) is not null && result.GetResult(to) is null)
                result.AddError("--token goes with --to.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var paths = parsed.GetValue(files)!;
            if (Array.Find(paths, path => path != ReplayFile.StandardInput && !File.Exists(path)) is { } missing)
                throw new SettingException($"There is no file {missing}.");
            var settings = DataOption.Settings(parsed.GetValue(data));
            await using IReplayTarget target = parsed.GetValue(to) is { } address
                ? new HttpReplayTarget(ParseAddress(address), parsed.GetValue(token) ?? settings.SandboxToken)
                : await LocalReplayTarget.OpenAsync(settings, cancellationToken);
            await ReplayAsync([.. paths.Select(path => new ReplayFile(path))], target, cancellationToken);
            return 0;
        });
        return command;
    }

    private static Uri ParseAddress(string text) =>
        Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new SettingException($"--to: expected an address such as {LocalSettings.DefaultUrls}, not '{text}'.");

    private static async Task ReplayAsync(IReadOnlyList<ReplayFile> files, IReplayTarget target, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var lengths = files.Select(file => file.Length).ToList();
        var progress = new ReplayProgress { TotalBytes = lengths.TrueForAll(length => length is not null) ? lengths.Sum() : null };
        try
        {
            await ReplayDisplay.ShowWhileAsync(Task.Run(() => SendAsync(files, target, progress, cancellationToken), CancellationToken.None), progress);
        }
        finally
        {
            Console.WriteLine(ReplayDisplay.Summary(progress, Stopwatch.GetElapsedTime(start)));
        }
    }

    /// <summary>Reads a block while the one before it is being sent.</summary>
    private static async Task SendAsync(
        IReadOnlyList<ReplayFile> files, IReplayTarget target, ReplayProgress progress, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var sending = Task.CompletedTask;
            await foreach (var block in file.ReadBlocksAsync(progress, cancellationToken))
            {
                await sending;
                sending = Task.Run(() => target.SendAsync(block, file.Format, progress, cancellationToken), CancellationToken.None);
            }
            await sending;
        }
        await target.FinishAsync(progress, cancellationToken);
    }
}
