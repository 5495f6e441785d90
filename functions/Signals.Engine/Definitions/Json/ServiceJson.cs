namespace Signals.Engine.Definitions;

/// <summary>Reads services (spec signals-api 5.1).</summary>
internal static class ServiceJson
{
    private const int MaxGroups = 100;

    public static ServiceDefinition? Read(DefinitionReader reader)
    {
        var service = new ServiceDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Description = reader.Text("description", TextRules.Description),
            Owner = reader.Text("owner", TextRules.Owner),
            AttributeGroups = reader.RequiredList("attribute_groups", 1, MaxGroups, ReadGroup),
            IsPublished = reader.Boolean("is_published") ?? false,
        };
        return reader.Failed ? null : service;
    }

    private static VersionedName ReadGroup(DefinitionReader reader) => new(
        reader.RequiredText("name", TextRules.ObjectName),
        reader.Integer("version", 1, DefinitionJson.MaxVersion) ?? 1);
}
