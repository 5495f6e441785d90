using System.Text;
using Signals.Engine.Events;
using Signals.Functions.EventHubs;

namespace Signals.Functions.Tests.EventHubs;

public sealed class HubBatchTests
{
    private static readonly byte[][] Two = ["first"u8.ToArray(), "second"u8.ToArray()];

    [Fact]
    public void Records_stand_where_the_platform_says()
    {
        var records = HubBatch.ToRecords(HubBatches.Metadata(2, partition: "7", first: 41), Two, number => number + 1024);

        Assert.Equal([new LogPosition(1031, 41), new LogPosition(1031, 42)], records.Select(record => record.Position));
        Assert.Equal(["first", "second"], records.Select(record => Encoding.UTF8.GetString(record.Payload.Span)));
        Assert.All(records, record => Assert.Equal(LogRecordKind.EnrichedLine, record.Kind));
    }

    [Fact]
    public void Names_are_found_in_any_case()
    {
        var data = HubBatches.Metadata(2).ToDictionary(entry => entry.Key.ToLowerInvariant(), entry => entry.Value);
        data["partitioncontext"] = """{"partitionId":"0"}""";

        Assert.Equal(2, HubBatch.ToRecords(data, Two, number => number).Count);
    }

    [Fact]
    public void Partition_is_found_under_the_name_of_other_versions()
    {
        var data = HubBatches.Metadata(2);
        data["TriggerPartitionContext"] = data["PartitionContext"];
        data.Remove("PartitionContext");

        Assert.Equal(3, HubBatch.ToRecords(data, Two, number => number)[0].Position.Partition);
    }

    [Fact]
    public void Gaps_between_sequence_numbers_are_taken_as_they_are()
    {
        var data = HubBatches.Metadata(2);
        data["SequenceNumberArray"] = "[5,9]";

        Assert.Equal([5L, 9L], HubBatch.ToRecords(data, Two, number => number).Select(record => record.Position.Sequence));
    }

    [Fact]
    public void Property_says_what_a_record_is()
    {
        var data = HubBatches.Metadata(2);
        data["PropertiesArray"] = """[{"kind":"bad_row","other":1},null]""";

        Assert.Equal([LogRecordKind.BadRow, LogRecordKind.EnrichedLine], HubBatch.ToRecords(data, Two, number => number).Select(record => record.Kind));
    }

    [Theory]
    [InlineData("line\n")]
    [InlineData("line\r\n")]
    public void Line_end_of_another_writer_is_left_out(string body) =>
        Assert.Equal("line"u8.ToArray(), HubBatch.ToRecords(HubBatches.Metadata(1), [Encoding.UTF8.GetBytes(body)], number => number)[0].Payload.ToArray());

    [Theory]
    [InlineData("PartitionContext")]
    [InlineData("SequenceNumberArray")]
    [InlineData("PropertiesArray")]
    public void Missing_metadata_is_an_error_that_names_it(string name)
    {
        var data = HubBatches.Metadata(2);
        data.Remove(name);

        Assert.Contains(name, Assert.Throws<HubMetadataException>(() => HubBatch.ToRecords(data, Two, number => number)).Message);
    }

    [Theory]
    [InlineData("PartitionContext", "[]")]
    [InlineData("PartitionContext", "{")]
    [InlineData("PartitionContext", "{}")]
    [InlineData("PartitionContext", """{"PartitionId":3}""")]
    [InlineData("PartitionContext", """{"PartitionId":"three"}""")]
    [InlineData("PartitionContext", """{"PartitionId":"-1"}""")]
    [InlineData("PartitionContext", """{"PartitionId":"1024"}""")]
    [InlineData("SequenceNumberArray", "{}")]
    [InlineData("SequenceNumberArray", "")]
    [InlineData("SequenceNumberArray", "[1]")]
    [InlineData("SequenceNumberArray", "[1,2,3]")]
    [InlineData("SequenceNumberArray", "[2,2]")]
    [InlineData("SequenceNumberArray", "[2,1]")]
    [InlineData("SequenceNumberArray", "[-1,0]")]
    [InlineData("SequenceNumberArray", "[1,1.5]")]
    [InlineData("SequenceNumberArray", """["1","2"]""")]
    [InlineData("SequenceNumberArray", "[1,null]")]
    [InlineData("SequenceNumberArray", "[1,99999999999999999999]")]
    [InlineData("PropertiesArray", "[{}]")]
    [InlineData("PropertiesArray", "[{},7]")]
    [InlineData("PropertiesArray", """[{},{"kind":"surprise"}]""")]
    [InlineData("PropertiesArray", """[{},{"kind":1}]""")]
    public void Odd_metadata_is_an_error_that_names_it(string name, string text)
    {
        var data = HubBatches.Metadata(2);
        data[name] = text;

        Assert.Contains(name, Assert.Throws<HubMetadataException>(() => HubBatch.ToRecords(data, Two, number => number)).Message);
    }

    [Fact]
    public void Metadata_that_is_no_text_is_an_error()
    {
        var data = HubBatches.Metadata(2);
        data["SequenceNumberArray"] = new long[] { 1, 2 };

        Assert.Throws<HubMetadataException>(() => HubBatch.ToRecords(data, Two, number => number));
    }
}
