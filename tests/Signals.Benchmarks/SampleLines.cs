using Signals.Functions.Local.SampleData;

namespace Signals.Benchmarks;

/// <summary>Lines of the sample shop, the same on every machine.</summary>
internal static class SampleLines
{
    private const int Seed = 1;

    /// <summary>A shop that writes that many good lines of visits in the last hours.</summary>
    public static SampleShop Shop(long events, int users, DateTimeOffset start) =>
        new(new SampleShopOptions { Events = events, Users = users, Seed = Seed, Start = start, DuplicateShare = 0, LateShare = 0.01 });

    /// <summary>One day of product views and add-to-carts, the events that the web-shop tutorial counts: sixteen per visitor.</summary>
    public static byte[][] Actions(int count, DateTimeOffset start)
    {
        const int linesPerAction = 6;
        var shop = Shop((long)count * linesPerAction, count / 16, start);
        var lines = new List<byte[]>(count);
        while (lines.Count < count && shop.TryNext(out var line))
        {
            if (line.IndexOf("\"type\":\"product_view\""u8) >= 0 || line.IndexOf("\"type\":\"add_to_cart\""u8) >= 0)
                lines.Add(line.ToArray());
        }
        return lines.Count == count ? [.. lines] : throw new InvalidOperationException($"The sample shop wrote {lines.Count} actions instead of {count}.");
    }
}
