using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;
using Signals.Functions.Local.SampleData;

namespace Signals.Functions.Local.CommandLine;

/// <summary>Writes the events of a sample web shop.</summary>
internal static class GenerateCommand
{
    private const int BufferBytes = 1 << 16;

    public static Command Build()
    {
        var events = new Option<long>("--events") { HelpName = "N", Description = "Number of lines", Required = true };
        var users = new Option<int>("--users") { HelpName = "N", Description = "Number of browsers that visit the shop", Required = true };
        var seed = new Option<int>("--seed") { HelpName = "N", Description = "The same seed and start give the same lines", DefaultValueFactory = _ => 1 };
        var start = new Option<string?>("--start") { HelpName = "TIME", Description = "When the first visit begins, such as 2026-03-01T08:00:00Z; the visits go on for a day. Default: yesterday, at midnight UTC" };
        var malformed = new Option<double>("--malformed") { HelpName = "SHARE", Description = "Share of lines that cannot be read, 0 to 1. Default 0" };
        var duplicates = new Option<double>("--duplicates") { HelpName = "SHARE", Description = "Share of lines that repeat an earlier one, 0 to 1", DefaultValueFactory = _ => 0.005 };
        var late = new Option<double>("--late") { HelpName = "SHARE", Description = "Share of events that arrive two minutes to 36 hours late, 0 to 1", DefaultValueFactory = _ => 0.01 };
        var output = new Option<string?>("--out") { HelpName = "FILE", Description = "File to write, compressed when its name ends in .gz. Default: standard output" };
        var command = new Command("generate", "Write enriched events of a sample web shop") { events, users, seed, start, malformed, duplicates, late, output };
        command.SetAction((parsed, cancellationToken) => WriteAsync(
            new SampleShopOptions
            {
                Events = parsed.GetValue(events),
                Users = parsed.GetValue(users),
                Seed = parsed.GetValue(seed),
                Start = ParseStart(parsed.GetValue(start), TimeProvider.System),
                MalformedShare = parsed.GetValue(malformed),
                DuplicateShare = parsed.GetValue(duplicates),
                LateShare = parsed.GetValue(late),
            },
            parsed.GetValue(output),
            cancellationToken));
        return command;
    }

    private static DateTimeOffset ParseStart(string? text, TimeProvider time)
    {
        if (text is null)
            return new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeSpan.Zero);
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
            return start.ToUniversalTime();
        throw new SettingException($"--start: expected a time such as 2026-03-01T08:00:00Z, not '{text}'.");
    }

    private static async Task<int> WriteAsync(SampleShopOptions options, string? path, CancellationToken cancellationToken)
    {
        var shop = Open(options);
        await using (var target = OpenTarget(path))
            Write(shop, target, cancellationToken);
        var totals = shop.Totals;
        await Console.Error.WriteLineAsync(
            $"{totals.Lines} lines: {totals.Events} events ({totals.Late} late), {totals.Duplicates} duplicates, {totals.Malformed} malformed.");
        return 0;
    }

    private static SampleShop Open(SampleShopOptions options)
    {
        try
        {
            return new SampleShop(options);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new SettingException(error.Message);
        }
    }

    private static Stream OpenTarget(string? path)
    {
        if (path is null)
            return new BufferedStream(Console.OpenStandardOutput(), BufferBytes);
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, BufferBytes);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new BufferedStream(new GZipStream(file, CompressionLevel.Fastest), BufferBytes) : file;
    }

    private static void Write(SampleShop shop, Stream target, CancellationToken cancellationToken)
    {
        while (shop.TryNext(out var line))
        {
            target.Write(line);
            target.WriteByte((byte)'\n');
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
