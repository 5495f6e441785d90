using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Attributes;

/// <summary>
/// fold(a) merged with fold(b) reads the same as fold(a followed by b), for every aggregation, with and without a window, also
/// after the states were stored in between. Backfill and identity merges rely on it.
/// </summary>
public sealed class MergeLawTests
{
    private const long Second = 1_000_000;

    private static readonly EventTime Now = EventTime.From(TestEvents.Noon);

    public static TheoryData<AggregationKind, AttributeType, int?> Definitions
    {
        get
        {
            var data = new TheoryData<AggregationKind, AttributeType, int?>();
            foreach (var kind in Enum.GetValues<AggregationKind>())
                foreach (var period in (int?[])[null, 60, 86_400])
                    data.Add(kind, TypeOf(kind), period);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Merging_two_states_equals_folding_everything_into_one(AggregationKind kind, AttributeType type, int? period)
    {
        var plan = PlanOf(kind, type, period);
        for (var seed = 0; seed < 16; seed++)
        {
            var random = new Random(seed);
            var a = Observations(random, plan, random.Next(Sizes[seed % Sizes.Length]));
            var b = Observations(random, plan, random.Next(Sizes[seed / 3 % Sizes.Length]));

            var whole = Fold(plan, [.. a, .. b]);
            var merged = Stored(plan, Fold(plan, a));
            merged.Merge(Stored(plan, Fold(plan, b)), Now);
            var reversed = Fold(plan, b);
            reversed.Merge(Fold(plan, a), Now);

            foreach (var later in (int[])[0, 17, 59, 50_000])
            {
                var at = new EventTime(Now.UnixMicroseconds + later * Second);
                var expected = whole.Read(at).ToJson();
                Assert.True(expected == merged.Read(at).ToJson(), $"Seed {seed}, {later} s later: {expected} folded, {merged.Read(at)} merged");
                Assert.True(expected == reversed.Read(at).ToJson(), $"Seed {seed}, {later} s later: {expected} folded, {reversed.Read(at)} merged the other way");
                Assert.Equal(expected, Stored(plan, merged).Read(at).ToJson());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Merging_does_not_change_the_state_that_is_merged_in(AggregationKind kind, AttributeType type, int? period)
    {
        var plan = PlanOf(kind, type, period);
        var random = new Random(1);
        var other = Fold(plan, Observations(random, plan, 400));
        var before = Bytes(other);
        var target = Fold(plan, Observations(random, plan, 400));

        target.Merge(other, Now);
        foreach (var observation in Observations(random, plan, 100))
            target.Fold(observation, Now);

        Assert.Equal(before, Bytes(other));
    }

    [Theory]
    [MemberData(nameof(Definitions))]
    public void A_state_reads_the_same_after_it_was_stored(AggregationKind kind, AttributeType type, int? period)
    {
        var plan = PlanOf(kind, type, period);
        foreach (var count in (int[])[1, 5, 255, 256, 257, 2000])
        {
            var state = Fold(plan, Observations(new Random(count), plan, count));

            var restored = Stored(plan, state);

            Assert.Equal(state.Read(Now).ToJson(), restored.Read(Now).ToJson());
            Assert.Equal(Bytes(state), Bytes(restored));
            Assert.Equal(state.TouchedAt, restored.TouchedAt);
        }
    }

    [Fact]
    public void A_state_that_has_expired_adds_nothing()
    {
        var plan = PlanOf(AggregationKind.Counter, AttributeType.Int32, null) with { Ttl = TimeSpan.FromMinutes(1) };
        var old = Fold(plan, [new Observation(Now, Guid.Empty, default)]);
        var later = new EventTime(Now.UnixMicroseconds + 61 * Second);
        var fresh = new DefinitionState(plan);
        fresh.Fold(new Observation(later, Guid.Empty, default), later);
        var empty = new DefinitionState(plan);

        fresh.Merge(old, later);
        empty.Merge(old, later);
        old.Merge(fresh, later);

        Assert.Equal("1", fresh.Read(later).ToJson());
        Assert.Equal("null", empty.Read(later).ToJson());
        Assert.Equal("1", old.Read(later).ToJson());
    }

    /// <summary>Few, around the limit of single observations, and many.</summary>
    private static readonly int[] Sizes = [4, 700, 60, 300];

    private static AttributeType TypeOf(AggregationKind kind) => kind switch
    {
        AggregationKind.Counter or AggregationKind.ApproxCountDistinct => AttributeType.Int64,
        AggregationKind.UniqueList => AttributeType.StringList,
        AggregationKind.CategoryCount => AttributeType.Dict,
        AggregationKind.First or AggregationKind.Last or AggregationKind.MostFrequent or AggregationKind.LeastFrequent => AttributeType.String,
        _ => AttributeType.Double,
    };

    private static DefinitionPlan PlanOf(AggregationKind kind, AttributeType type, int? period) =>
        new(default, 0, Aggregation.Of(kind), type, TimeUnit.Second, period is { } seconds ? TimeSpan.FromSeconds(seconds) : null, TimeSpan.FromDays(7));

    private static List<Observation> Observations(Random random, DefinitionPlan plan, int count)
    {
        var distinct = plan.Aggregation.Kind is AggregationKind.UniqueList or AggregationKind.ApproxCountDistinct ? 1000 : 90;
        var span = (plan.Period ?? TimeSpan.FromHours(1)).TotalSeconds;
        return [.. Enumerable.Range(0, count).Select(_ => new Observation(
            new EventTime(Now.UnixMicroseconds + (long)((random.NextDouble() * -1.2 + 0.1) * span * 1000) * 1000),
            new Guid(random.Next(), 0, 0, new byte[8]),
            Value(plan.Aggregation, random.Next(distinct))))];
    }

    private static ScalarValue Value(Aggregation aggregation, int number) =>
        !aggregation.NeedsValue ? default
        : !aggregation.Numeric ? ScalarValue.Of($"value {number}")
        : number % 5 == 0 ? ScalarValue.Of((long)number - 40) : ScalarValue.Of(number * 0.01m);

    private static DefinitionState Fold(DefinitionPlan plan, IEnumerable<Observation> observations)
    {
        var state = new DefinitionState(plan);
        foreach (var observation in observations)
            state.Fold(observation, Now);
        return state;
    }

    private static DefinitionState Stored(DefinitionPlan plan, DefinitionState state) =>
        state.TouchedAt.UnixMicroseconds == long.MinValue ? state : DefinitionState.Read(plan, state.TouchedAt, Bytes(state));

    private static byte[] Bytes(DefinitionState state)
    {
        var writer = new StateWriter();
        state.Write(writer, Now);
        return writer.ToArray();
    }
}
