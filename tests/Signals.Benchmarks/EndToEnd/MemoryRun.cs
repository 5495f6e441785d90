using System.Diagnostics;
using System.Text;
using Signals.Functions.Local.SampleData;

namespace Signals.Benchmarks.EndToEnd;

/// <summary>
/// Streams many events of many users through the local runtime and samples the memory of its process: it must not grow with the number
/// of events. Usage: <c>memory [events] [users]</c>.
/// </summary>
internal static class MemoryRun
{
    private const int Samples = 20;
    private const int UploadBytes = 8 << 20;

    public static async Task<int> RunAsync(string[] args)
    {
        var events = args.Length > 0 ? long.Parse(args[0]) : 10_000_000;
        var users = args.Length > 1 ? int.Parse(args[1]) : 1_000_000;
        await using var product = await Product.StartAsync();
        var shop = SampleLines.Shop(events, users, DateTimeOffset.UtcNow.AddDays(-1));
        var watch = Stopwatch.StartNew();
        Console.WriteLine(Machine.Describe());
        Console.WriteLine();
        Console.WriteLine("| events | seconds | working set, MB |");
        Console.WriteLine("|--:|--:|--:|");
        for (var sample = 0; sample <= Samples; sample++)
        {
            while (shop.Totals.Lines < events * sample / Samples)
                await UploadAsync(product, shop, events * sample / Samples);
            await product.AwaitProcessedAsync();
            Console.WriteLine($"| {shop.Totals.Lines:N0} | {watch.Elapsed.TotalSeconds:N0} | {product.WorkingSet / 1e6:N0} |");
        }
        return 0;
    }

    private static async Task UploadAsync(Product product, SampleShop shop, long until)
    {
        var body = new MemoryStream(UploadBytes + (64 << 10));
        while (body.Length < UploadBytes && shop.Totals.Lines < until && shop.TryNext(out var line))
        {
            body.Write(line);
            body.WriteByte((byte)'\n');
        }
        body.Position = 0;
        using var content = new StreamContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", "text/tab-separated-values");
        using var answer = await product.Http.PostAsync("/enriched", content);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"The upload was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }
}
