using System.Text;
using Signals.Engine.Events;

namespace Signals.Functions.Tests.EventHubs;

/// <summary>Enriched lines with what the tests look at.</summary>
public static class EventLines
{
    public static string Of(string person, string tag = "", string contexts = "")
    {
        var columns = new string[AtomicColumns.Count];
        Array.Fill(columns, "");
        columns[AtomicColumns.AppId] = tag;
        columns[AtomicColumns.Platform] = "web";
        columns[AtomicColumns.CollectorTstamp] = "2026-03-01 12:00:00.000";
        columns[AtomicColumns.Event] = "page_view";
        columns[AtomicColumns.EventId] = Guid.NewGuid().ToString();
        columns[AtomicColumns.VCollector] = "test";
        columns[AtomicColumns.VEtl] = "test";
        columns[AtomicColumns.DomainUserid] = person;
        columns[AtomicColumns.Contexts] = contexts;
        columns[AtomicColumns.EventVendor] = "com.snowplowanalytics.snowplow";
        columns[AtomicColumns.EventVendor + 1] = "page_view";
        columns[AtomicColumns.EventVendor + 2] = "jsonschema";
        columns[AtomicColumns.EventVendor + 3] = "1-0-0";
        return string.Join('\t', columns);
    }

    public static LogChunk ToChunk(IEnumerable<string> lines)
    {
        var builder = new LogChunkBuilder();
        foreach (var line in lines)
            builder.Add(LogRecordKind.EnrichedLine, Encoding.UTF8.GetBytes(line));
        return builder.ToChunk();
    }
}
