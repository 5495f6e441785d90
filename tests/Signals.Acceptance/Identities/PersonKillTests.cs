using Signals.Acceptance.Harness;
using Xunit.Abstractions;

namespace Signals.Acceptance.Identities;

/// <summary>
/// Persons merge while two processes on the same data are killed again and again, and take the stream over from each other: graph and values
/// come out as they do with one undisturbed process.
/// </summary>
public sealed class PersonKillTests(ITestOutputHelper output)
{
    private const int Kills = 8;
    private const int Events = 4_000;
    private const int Users = 120;
    private const int LinesPerRequest = 40;

    [Fact]
    public async Task Killing_the_process_changes_neither_who_is_who_nor_what_is_known_of_them()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"Seed {seed}");
        var requests = Requests(new Random(seed), out var identifiers);

        var undisturbed = await RunAsync(requests, identifiers, new Random(seed), kills: 0);
        var disturbed = await RunAsync(requests, identifiers, new Random(seed), Kills);

        Assert.True(undisturbed.Values.Distinct().Count() > 10);
        var differences = undisturbed.Keys.Where(name => undisturbed[name] != disturbed[name])
            .Select(name => $"{name}: {undisturbed[name]} undisturbed, {disturbed[name]} with kills").ToList();
        Assert.True(differences.Count == 0, $"Seed {seed}: {differences.Count} of {undisturbed.Count} differ.\n{string.Join('\n', differences.Take(20))}");
    }

    /// <summary>Who each identifier belongs to, and what that person has seen.</summary>
    private static async Task<Dictionary<string, string>> RunAsync(IReadOnlyList<string> requests, IReadOnlyList<(string Type, string Value)> identifiers, Random random, int kills)
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await runtime.Client.ConfigureIdentitiesAsync();
        await using var beside = kills > 0 ? await runtime.StartBesideAsync() : null;
        LocalRuntime[] processes = beside is null ? [runtime] : [runtime, beside];
        var killAt = Enumerable.Range(0, kills).Select(_ => random.Next(requests.Count)).ToHashSet();
        for (var i = 0; i < requests.Count; i++)
        {
            var crash = killAt.Contains(i) ? CrashSoonAsync(processes[random.Next(processes.Length)], random.Next(40)) : Task.CompletedTask;
            while (!await processes[i % processes.Length].TryUploadAsync(requests[i]))
                await crash;
            await crash;
        }
        await runtime.Client.AwaitProcessedAsync();
        var found = new Dictionary<string, string>();
        foreach (var (type, value) in identifiers)
        {
            var person = (await runtime.Client.PersonOfAsync(type, value))!;
            var read = await runtime.Client.ReadGroupAsync(Persons.Group, 1, "snowplow_id", [person], "views", "pages");
            found[$"{type}={value}"] = $"{person} {read["views"]![0]} {read["pages"]![0]!.ToJsonString()}";
        }
        return found;
    }

    private static async Task CrashSoonAsync(LocalRuntime runtime, int milliseconds)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds));
        await runtime.CrashAndRestartAsync();
    }

    /// <summary>Users with up to three devices each, mostly anonymous, now and then logged in: persons that grow together bit by bit.</summary>
    private static List<string> Requests(Random random, out IReadOnlyList<(string Type, string Value)> identifiers)
    {
        var time = DateTimeOffset.UtcNow.AddMinutes(-30);
        var lines = new List<string>();
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < Events; i++)
        {
            var user = random.Next(Users);
            var device = $"device-{user}-{random.Next(3)}";
            var line = new EventLine(time.AddMilliseconds(i * 20)).With("domain_userid", device).With("page_urlpath", $"/{random.Next(20)}");
            seen.Add(("domain_userid", device));
            if (random.NextDouble() < 0.1)
            {
                line.With("user_id", $"user-{user}");
                seen.Add(("user_id", $"user-{user}"));
            }
            lines.Add($"{line}\n");
        }
        identifiers = [.. seen.Order()];
        return [.. lines.Chunk(LinesPerRequest).Select(chunk => string.Concat(chunk))];
    }
}
