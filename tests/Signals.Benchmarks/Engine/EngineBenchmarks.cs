using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Signals.Engine.Attributes;
using Signals.Engine.Events;

namespace Signals.Benchmarks.Engine;

/// <summary>
/// What the engine costs per event, beside two references over the same lines. Every operation is one web-shop event; a batch has
/// as many as the local runtime takes. Each iteration is the next day: new ids, dates and positions, so that no event is a repeat.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[InvocationCount(1)]
[IterationCount(20)]
[WarmupCount(20)]
[MinColumn]
[MedianColumn]
public class EngineBenchmarks
{
    private const int Events = ShopDays.Events;

    private readonly int[] _ends = new int[AtomicColumns.Count];
    private readonly ShopDays _days = new();
    private StreamingEngine _matching = null!;
    private StreamingEngine _other = null!;

    [GlobalSetup]
    public void Setup()
    {
        _matching = Engine(TutorialDefinitions.Both());
        _other = Engine(TutorialDefinitions.TasksOnly());
    }

    [IterationSetup]
    public void MakeEveryEventNew() => _days.Next();

    [Benchmark(OperationsPerInvoke = Events, Description = "reference 1: split on tabs")]
    public int SplitOnTabs()
    {
        var sum = 0;
        foreach (var line in _days.Lines)
            sum += References.Split(line.Bytes, _ends);
        return sum;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "reference 2: split, walk every JSON column")]
    public int SplitAndWalkJson()
    {
        var sum = 0;
        foreach (var line in _days.Lines)
            sum += References.SplitAndWalk(line.Bytes, _ends);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "engine, events that match")]
    public Task<int> Matching() => _days.ProcessAsync(_matching);

    [Benchmark(OperationsPerInvoke = Events, Description = "engine, events that match nothing")]
    public Task<int> NotMatching() => _days.ProcessAsync(_other);

    private static StreamingEngine Engine(TutorialDefinitions definitions) =>
        new(definitions, new MemoryProfileStore(), new NoBadRows(), TimeProvider.System, new StreamingMetrics());
}

/// <summary>The two references: what any reader of these lines has to do at least.</summary>
internal static class References
{
    private static readonly int[] JsonColumns = [AtomicColumns.Contexts, AtomicColumns.UnstructEvent, AtomicColumns.DerivedContexts];

    /// <summary>Finds where the columns end.</summary>
    public static int Split(ReadOnlySpan<byte> line, Span<int> ends)
    {
        var column = 0;
        var start = 0;
        for (int length; (length = line[start..].IndexOf((byte)'\t')) >= 0; start += length + 1)
            ends[column++] = start + length;
        ends[column++] = line.Length;
        return column;
    }

    /// <summary>Splits, and reads every token of the three JSON columns.</summary>
    public static int SplitAndWalk(ReadOnlySpan<byte> line, Span<int> ends)
    {
        Split(line, ends);
        var tokens = 0;
        foreach (var column in JsonColumns)
        {
            var start = ends[column - 1] + 1;
            if (ends[column] == start)
                continue;
            var reader = new Utf8JsonReader(line[start..ends[column]]);
            while (reader.Read())
                tokens++;
        }
        return tokens;
    }
}
