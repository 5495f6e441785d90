using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

public sealed class LogPartitionsTests
{
    [Fact]
    public void The_logs_of_an_installation_without_history_begin_at_0_and_1024()
    {
        Assert.Equal(0, LogPartitions.Enriched(0));
        Assert.Equal(1024, LogPartitions.Resolved(0));
    }

    [Fact]
    public void No_number_is_given_twice()
    {
        var numbers = new HashSet<int>();
        foreach (var epoch in (int[])[0, 1, 2, LogPartitions.MaxEpoch])
            for (var partition = 0; partition < LogPartitions.MaxPartitions; partition++)
            {
                Assert.True(numbers.Add(LogPartitions.Enriched(partition, epoch)));
                Assert.True(numbers.Add(LogPartitions.Resolved(partition, epoch)));
                Assert.True(numbers.Add(LogPartitions.Deferred(partition, epoch)));
                Assert.False(LogPartitions.IsResolved(LogPartitions.Deferred(partition, epoch)));
                Assert.False(LogPartitions.IsResolved(LogPartitions.Enriched(partition, epoch)));
                Assert.True(LogPartitions.IsResolved(LogPartitions.Resolved(partition, epoch)));
            }
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(1024, 0)]
    [InlineData(0, -1)]
    [InlineData(0, LogPartitions.MaxEpoch + 1)]
    public void What_is_out_of_range_is_refused(int partition, int epoch) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LogPartitions.Enriched(partition, epoch));
}
