namespace Signals.Engine.Definitions;

/// <summary>Reads attribute groups and what they consist of (spec signals-api 4.2 to 4.4).</summary>
internal static class AttributeGroupJson
{
    // The spec has no limits for these; nobody comes near them by hand, and a body of 1 MB cannot hold much more.
    public const int MaxAttributes = 500;
    public const int MaxEvents = 100;

    public static AttributeGroupDefinition? Read(DefinitionReader reader)
    {
        var group = new AttributeGroupDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Version = reader.Integer("version", 1, DefinitionJson.MaxVersion) ?? 1,
            AttributeKey = reader.RequiredObject("attribute_key", AttributeKeyJson.Read)!,
            Attributes = reader.List("attributes", 0, MaxAttributes, ReadAttribute) ?? [],
            Fields = reader.List("fields", 0, MaxAttributes, ReadField) ?? [],
            BatchSource = reader.Object("batch_source", ReadBatchSource),
            Offline = reader.Boolean("offline"),
            Online = reader.Boolean("online") ?? true,
            Ttl = reader.Duration("ttl"),
            BackfillSinceTstamp = reader.DateTime("backfill_since_tstamp"),
            RefreshRate = reader.Duration("refresh_rate"),
            Description = reader.Text("description", TextRules.Description),
            Owner = reader.Text("owner", TextRules.Owner),
            IsPublished = reader.Boolean("is_published") ?? false,
        };
        return reader.Failed ? null : group;
    }

    /// <summary>Reads a group as it was stored: with what the registry keeps about it.</summary>
    public static AttributeGroupDefinition? ReadStored(DefinitionReader reader) =>
        Read(reader) is { } group ? group with { PublishedAt = reader.DateTime("published_at") } : null;

    public static BatchSource? ReadBatchSource(DefinitionReader reader)
    {
        var source = new BatchSource
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Database = reader.RequiredText("database", TextRules.Database),
            Schema = reader.RequiredText(reader.Spelling("schema", "schema_", "wh_schema"), TextRules.WarehouseName),
            Table = reader.RequiredText("table", TextRules.WarehouseName),
            TimestampField = reader.RequiredText("timestamp_field", TextRules.WarehouseName),
            Description = reader.Text("description", TextRules.Description),
            Owner = reader.Text("owner", TextRules.Owner),
        };
        return reader.Failed ? null : source;
    }

    private static AttributeDefinition? ReadAttribute(DefinitionReader reader)
    {
        var attribute = new AttributeDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Description = reader.Text("description", TextRules.Description),
            Type = reader.RequiredChoice("type", DefinitionNames.AttributeTypes),
            Events = reader.List("events", 0, MaxEvents, EventJson.ReadFilter) ?? [],
            Aggregation = reader.RequiredChoice("aggregation", DefinitionNames.Aggregations),
            Property = reader.Object("property", PropertyJson.Read),
            Criteria = reader.Object("criteria", EventJson.ReadCriteria),
            Period = reader.Duration("period"),
            Ttl = reader.Duration("ttl"),
            TimeUnit = reader.Choice("time_unit", DefinitionNames.TimeUnits),
            DefaultValue = reader.Value("default_value"),
        };
        return reader.Failed ? null : attribute;
    }

    private static FieldDefinition? ReadField(DefinitionReader reader)
    {
        var field = new FieldDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Type = reader.RequiredChoice("type", DefinitionNames.AttributeTypes),
            Description = reader.Text("description", TextRules.Description),
        };
        return reader.Failed ? null : field;
    }
}
