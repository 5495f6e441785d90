using Signals.Engine.Events;

namespace Signals.Api.Tests.Hosting;

/// <summary>Makes valid enriched lines.</summary>
public static class EnrichedLine
{
    public static string Of(Guid? id = null, params (string Column, string Value)[] columns)
    {
        var fields = new string[AtomicColumns.Count];
        Array.Fill(fields, "");
        fields[AtomicColumns.AppId] = "shop";
        fields[AtomicColumns.Platform] = "web";
        fields[AtomicColumns.Event] = "page_view";
        fields[AtomicColumns.EventId] = (id ?? Guid.NewGuid()).ToString();
        fields[AtomicColumns.CollectorTstamp] = "2026-03-01 11:59:00.000";
        fields[AtomicColumns.DerivedTstamp] = "2026-03-01 11:59:00.000";
        fields[AtomicColumns.VCollector] = "test-1.0.0";
        fields[AtomicColumns.VEtl] = "test-1.0.0";
        fields[AtomicColumns.DomainUserid] = "u1";
        fields[AtomicColumns.EventVendor] = "com.snowplowanalytics.snowplow";
        fields[AtomicColumns.EventName] = "page_view";
        fields[AtomicColumns.EventFormat] = "jsonschema";
        fields[AtomicColumns.EventVersion] = "1-0-0";
        foreach (var (column, value) in columns)
            fields[AtomicColumns.IndexOf(column)] = value;
        return string.Join('\t', fields);
    }
}
