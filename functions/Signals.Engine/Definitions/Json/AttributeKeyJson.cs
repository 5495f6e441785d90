namespace Signals.Engine.Definitions;

/// <summary>Reads attribute keys (spec signals-api 3.2).</summary>
internal static class AttributeKeyJson
{
    public static AttributeKeyDefinition? Read(DefinitionReader reader)
    {
        var key = new AttributeKeyDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Description = reader.Text("description", TextRules.Description),
            Owner = reader.Text("owner", TextRules.Owner),
            Key = reader.Text("key", TextRules.ObjectName),
            Property = reader.Object("property", PropertyJson.Read),
            ExternalColumn = reader.Text("external_column", TextRules.ExternalColumn),
            Ttl = reader.Duration("ttl"),
            IsPublished = reader.Boolean("is_published") ?? false,
        };
        return reader.Failed ? null : key;
    }
}
