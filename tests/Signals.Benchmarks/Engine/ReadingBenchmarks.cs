using BenchmarkDotNet.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Identities;

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
    private readonly IdentifierReader _identifiers = new(new ExtractionMetrics());
    private SlotValue[] _slots = [];
    private IdentifierPlan _plan = null!;

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
        _plan = new IdentifierPlan(new IdentityConfiguration
        {
            Identifiers =
            [
                new IdentifierType { Name = "user_id", Field = new AtomicReference(AtomicColumns.UserId), Priority = 3, IsUnique = true },
                new IdentifierType { Name = "domain_userid", Field = new AtomicReference(AtomicColumns.DomainUserid), Priority = 2 },
                new IdentifierType { Name = "network_userid", Field = new AtomicReference(AtomicColumns.NetworkUserid), Priority = 1 },
            ],
            CrossDomainAliases = true,
        });
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

    [Benchmark(OperationsPerInvoke = Events, Description = "… and take the identifiers out")]
    public int ReadIdentifiers()
    {
        var identified = 0;
        foreach (var line in _lines)
        {
            if (EnrichedEvent.TryRead(line, _ends, out var enriched))
                identified += _identifiers.Read(enriched, _plan, DateTimeOffset.UnixEpoch, out _, out _) == ExtractionOutcome.Identified ? 1 : 0;
        }
        return identified;
    }

    private static PropertyReference Resolve(PropertyDefinition property) =>
        PropertyReferences.TryResolve(property, out var reference, out var error) ? reference : throw new InvalidOperationException(error);
}
