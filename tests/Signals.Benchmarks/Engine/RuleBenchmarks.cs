using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Benchmarks.Engine;

/// <summary>
/// What published interventions cost per event that updates attributes. Nothing, when no rule refers to them; else each rule is
/// evaluated on the values before and after the event. No rule comes true: what is measured is the watching.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[InvocationCount(1)]
[IterationCount(15)]
[WarmupCount(5)]
public class RuleBenchmarks
{
    private const string Shop = "ecom_attributes";
    private const string Tasks = "project_engagement";

    private readonly ShopDays _days = new();
    private StreamingEngine _none = null!;
    private StreamingEngine _elsewhere = null!;
    private StreamingEngine _one = null!;
    private StreamingEngine _hundred = null!;

    [GlobalSetup]
    public void Setup()
    {
        _none = Engine();
        _elsewhere = Engine(Rules(100, Tasks, "tasks_completed_count", "tasks_completed_count"));
        _one = Engine(Rules(1, Shop, "count_product_views", "total_cart_value"));
        _hundred = Engine(Rules(100, Shop, "count_product_views", "total_cart_value"));
    }

    [IterationSetup]
    public void MakeEveryEventNew() => _days.Next();

    [Benchmark(Baseline = true, OperationsPerInvoke = ShopDays.Events, Description = "no rule")]
    public Task<int> None() => _days.ProcessAsync(_none);

    [Benchmark(OperationsPerInvoke = ShopDays.Events, Description = "100 rules, none on what the event updates")]
    public Task<int> Elsewhere() => _days.ProcessAsync(_elsewhere);

    [Benchmark(OperationsPerInvoke = ShopDays.Events, Description = "1 rule on what the event updates")]
    public Task<int> One() => _days.ProcessAsync(_one);

    [Benchmark(OperationsPerInvoke = ShopDays.Events, Description = "100 rules, all on what the event updates")]
    public Task<int> Hundred() => _days.ProcessAsync(_hundred);

    private static StreamingEngine Engine(params InterventionDefinition[] rules) =>
        new(TutorialDefinitions.Both(rules), new MemoryProfileStore(), new NoBadRows(), TimeProvider.System, new StreamingMetrics(), new InterventionEngine(new NoOutbox()));

    /// <summary>Rules of two conditions, both of which have to be looked at, and that no shopper of the sample ever fulfils.</summary>
    private static InterventionDefinition[] Rules(int count, string group, string first, string second) =>
    [
        .. Enumerable.Range(0, count).Select(index => new InterventionDefinition
        {
            Name = $"rule_{index}",
            IsPublished = true,
            Criteria = new AttributeCriteriaGroup(CriteriaGroupKind.Any, [Above(group, first, 1_000_000 + index), Above(group, second, 1_000_000_000 + index)]),
        }),
    ];

    private static AttributeCriterion Above(string group, string attribute, int threshold) => new()
    {
        Group = group,
        Attribute = attribute,
        Operator = AttributeOperator.Greater,
        Value = JsonSerializer.SerializeToElement(threshold),
    };
}
