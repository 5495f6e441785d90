using BenchmarkDotNet.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Benchmarks.Engine;

/// <summary>Where the time of reading goes: the same lines as <see cref="EngineBenchmarks"/>, one step more from row to row.</summary>
[InProcess]
[MemoryDiagnoser]
[WarmupCount(4)]
[IterationCount(15)]
public class ReadingBenchmarks
{
    private const int Events = 8_192;

    private readonly int[] _ends = new int[AtomicColumns.Count];
    private readonly byte[] _scratch = new byte[4096];
    private byte[][] _lines = [];
    private EventProjection _projection = null!;
    private SlotValue[] _slots = [];

    [GlobalSetup]
    public void Setup()
    {
        _lines = SampleLines.Actions(Events, DateTimeOffset.UtcNow.AddDays(-1));
        var shop = TutorialDefinitions.Both().Current.AttributeGroups[new VersionedName("ecom_attributes", 1)];
        var properties = shop.Attributes.SelectMany(attribute => attribute.Criteria!.All!.Select(criterion => criterion.Property).Append(attribute.Property))
            .OfType<PropertyDefinition>().Distinct().Select(Resolve).ToList();
        properties.Add(new AtomicReference(AtomicColumns.DomainUserid));
        _projection = new EventProjection(properties);
        _slots = new SlotValue[_projection.Count];
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "reference 1: split on tabs")]
    public int SplitOnTabs()
    {
        var sum = 0;
        foreach (var line in _lines)
            sum += References.Split(line, _ends);
        return sum;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events, Description = "reference 2: split, walk every JSON column")]
    public int SplitAndWalkJson()
    {
        var sum = 0;
        foreach (var line in _lines)
            sum += References.SplitAndWalk(line, _ends);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "split and check every column")]
    public int Read()
    {
        var valid = 0;
        foreach (var line in _lines)
            valid += EnrichedEvent.TryRead(line, _ends, out _) ? 1 : 0;
        return valid;
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "… and read times and type")]
    public long ReadTypeAndTimes()
    {
        var sum = 0L;
        foreach (var line in _lines)
        {
            if (EnrichedEvent.TryRead(line, _ends, out var enriched))
                sum += enriched.Time.UnixMicroseconds + enriched.CollectorTime.UnixMicroseconds + enriched.TypeKey(_scratch).Length;
        }
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Events, Description = "… and find the tutorial's properties")]
    public int Project()
    {
        var found = 0;
        foreach (var line in _lines)
        {
            if (EnrichedEvent.TryRead(line, _ends, out var enriched) && _projection.TryRead(enriched, _slots, out _))
                found += _slots[0].Length;
        }
        return found;
    }

    private static PropertyReference Resolve(PropertyDefinition property) =>
        PropertyReferences.TryResolve(property, out var reference, out var error) ? reference : throw new InvalidOperationException(error);
}
