namespace Signals.Engine.Definitions;

/// <summary>Reads event filters (spec signals-api 2.4) and event criteria (2.5).</summary>
internal static class EventJson
{
    private const int MaxCriteria = 100;

    public static EventFilter? ReadFilter(DefinitionReader reader)
    {
        var filter = new EventFilter
        {
            Name = reader.Text("name", TextRules.SchemaName),
            Vendor = reader.Text("vendor", TextRules.FilterVendor),
            Version = reader.Text("version", TextRules.SchemaVersion),
            EventSpecificationId = reader.Text("event_specification_id", TextRules.EventSpecificationId),
        };
        if (filter.EventSpecificationId is not null && (filter.Name ?? filter.Vendor ?? filter.Version) is not null)
            reader.Fail("event_specification_id", "value_error", "Value error, event_specification_id cannot stand beside name, vendor or version");
        if (reader.Has("major_version"))
            reader.Fail("major_version", "value_error", "Value error, major_version is for event logs; attributes use version");
        return reader.Failed ? null : filter;
    }

    public static EventCriteria? ReadCriteria(DefinitionReader reader)
    {
        var criteria = new EventCriteria
        {
            All = reader.List("all", 1, MaxCriteria, ReadCriterion),
            Any = reader.List("any", 1, MaxCriteria, ReadCriterion),
        };
        return reader.Failed ? null : criteria;
    }

    private static EventCriterion? ReadCriterion(DefinitionReader reader)
    {
        var property = reader.RequiredObject("property", PropertyJson.Read);
        var comparison = reader.RequiredChoice("operator", DefinitionNames.EventOperators);
        var value = reader.Value("value");
        return reader.Failed ? null : new EventCriterion { Property = property!, Operator = comparison, Value = value };
    }
}
