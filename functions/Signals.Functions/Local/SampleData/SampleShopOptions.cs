namespace Signals.Functions.Local.SampleData;

/// <summary>What the sample web shop writes. The same options give the same bytes.</summary>
public sealed record SampleShopOptions
{
    /// <summary>Number of lines, duplicates and malformed ones included. 0 and up.</summary>
    public required long Events { get; init; }

    /// <summary>Number of browsers that visit the shop, 1 and up. Most visit rarely and some often (a Zipf-Mandelbrot law).</summary>
    public required int Users { get; init; }

    /// <summary>Seed of all choices.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>When the first visit begins, UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>About how long the visits go on, whatever the number of events.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Share of lines that no reader can read, 0 to 1.</summary>
    public double MalformedShare { get; init; }

    /// <summary>Share of lines that repeat an earlier line, 0 to 1.</summary>
    public double DuplicateShare { get; init; } = 0.005;

    /// <summary>Share of events that reach the collector two minutes to 36 hours after they happened, 0 to 1.</summary>
    public double LateShare { get; init; } = 0.01;
}

/// <summary>What has been written so far.</summary>
/// <param name="Lines">All lines; equals events + duplicates + malformed.</param>
/// <param name="Events">Different events.</param>
/// <param name="Duplicates">Repeated lines.</param>
/// <param name="Malformed">Malformed lines.</param>
/// <param name="Late">Of the different events, the late ones.</param>
public readonly record struct SampleShopTotals(long Lines, long Events, long Duplicates, long Malformed, long Late);
