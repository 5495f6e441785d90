using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>approx_count_distinct: exact while small, about 1 % beyond (spec signals-api 14.7).</summary>
[Trait("Row", "103")]
public sealed class DistinctCountTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(256)]
    public void Up_to_256_values_are_counted_exactly(int distinct)
    {
        for (var run = 0; run < 20; run++)
            Assert.Equal(distinct, Estimate(Fold(run, distinct, repetitions: 3)));
    }

    [Theory]
    [InlineData(257, 40)]
    [InlineData(1_000, 40)]
    [InlineData(10_000, 20)]
    [InlineData(100_000, 5)]
    [InlineData(1_000_000, 1)]
    public void The_error_is_about_one_percent(int distinct, int runs)
    {
        var errors = Enumerable.Range(0, runs).Select(run => Estimate(Fold(run, distinct, repetitions: 1)) / (double)distinct - 1).ToList();

        Assert.InRange(Math.Sqrt(errors.Average(error => error * error)), 0, 0.012);
        Assert.All(errors, error => Assert.InRange(Math.Abs(error), 0, 0.03));
    }

    [Fact]
    public void Repeated_values_do_not_change_the_estimate() =>
        Assert.Equal(Estimate(Fold(7, 5_000, repetitions: 1)), Estimate(Fold(7, 5_000, repetitions: 3)));

    [Fact]
    public void Halves_that_overlap_merge_to_the_estimate_of_the_whole()
    {
        var a = Fold(1, Enumerable.Range(0, 6_000));
        a.Merge(Fold(1, Enumerable.Range(4_000, 6_000)));

        Assert.Equal(Estimate(Fold(1, Enumerable.Range(0, 10_000))), Estimate(a));
    }

    [Fact]
    public void A_stored_sketch_takes_bounded_space()
    {
        var writer = new StateWriter();
        foreach (var distinct in (int[])[256, 300, 2_000, 6_000, 500_000])
        {
            writer.Clear();
            Fold(1, distinct, 1).Write(writer);
            Assert.InRange(writer.Length, 1, 16_400);
        }
    }

    private static AggregationState Fold(int run, int distinct, int repetitions) =>
        Fold(run, Enumerable.Repeat(Enumerable.Range(0, distinct), repetitions).SelectMany(values => values));

    private static AggregationState Fold(int run, IEnumerable<int> values)
    {
        var state = Aggregation.Of(AggregationKind.ApproxCountDistinct).Create();
        foreach (var value in values)
            state.Fold(new Observation(default, default, ScalarValue.Of($"user-{run}-{value}")));
        return state;
    }

    private static long Estimate(AggregationState state) =>
        state.Read(new ReadContext(AttributeType.Int64, TimeUnit.Second, default)).Scalar.Integer;
}
