namespace Signals.Engine.Definitions;

/// <summary>Reads interventions (spec signals-api 5.2) and their criteria trees (2.6).</summary>
internal static class InterventionJson
{
    /// <summary>Most groups inside each other.</summary>
    public const int MaxDepth = 10;

    private const int MaxMembers = 100;
    private const int MaxTargets = 100;
    private const int MaxPayloadGroups = 100;

    public static InterventionDefinition? Read(DefinitionReader reader)
    {
        var intervention = new InterventionDefinition
        {
            Name = reader.RequiredText("name", TextRules.ObjectName),
            Version = reader.Integer("version", 1, DefinitionJson.MaxVersion) ?? 1,
            Description = reader.Text("description", TextRules.Description),
            Owner = reader.Text("owner", TextRules.Owner),
            Criteria = reader.RequiredObject("criteria", node => ReadNode(node, depth: 1))!,
            TargetAttributeKeys = reader.List("target_attribute_keys", 0, MaxTargets, key => key.RequiredText("name", TextRules.ObjectName)) ?? [],
            PayloadAttributeGroups = reader.List("payload_attribute_groups", 0, MaxPayloadGroups, ReadGroupReference) ?? [],
            IsPublished = reader.Boolean("is_published") ?? false,
            Guards = ReadGuards(reader),
        };
        return reader.Failed ? null : intervention;
    }

    private static VersionedName ReadGroupReference(DefinitionReader reader) => new(
        reader.RequiredText("name", TextRules.ObjectName),
        reader.Integer("version", 1, DefinitionJson.MaxVersion) ?? 1);

    private static AttributeCriteria? ReadNode(DefinitionReader reader, int depth)
    {
        var groups = DefinitionNames.CriteriaGroups.All.Where(reader.Has).ToList();
        var isCriterion = reader.Has("attribute") || reader.Has("operator");
        if (groups.Count + (isCriterion ? 1 : 0) != 1)
        {
            reader.FailHere("value_error", "Value error, there should be exactly one of 'all', 'any', 'none' or a criterion with 'attribute' and 'operator'");
            return null;
        }
        return isCriterion ? ReadCriterion(reader) : ReadGroup(reader, groups[0], depth);
    }

    private static AttributeCriteriaGroup? ReadGroup(DefinitionReader reader, string name, int depth)
    {
        if (depth > MaxDepth)
        {
            reader.Fail(name, "value_error", $"Value error, groups of criteria nest at most {MaxDepth} deep");
            return null;
        }
        DefinitionNames.CriteriaGroups.TryParse(name, out var kind);
        var members = reader.List(name, 1, MaxMembers, member => ReadNode(member, depth + 1));
        return reader.Failed ? null : new AttributeCriteriaGroup(kind, members!);
    }

    private static AttributeCriterion? ReadCriterion(DefinitionReader reader)
    {
        var attribute = reader.RequiredText("attribute", TextRules.AttributeReference);
        var comparison = reader.RequiredChoice("operator", DefinitionNames.AttributeOperators);
        var value = reader.Value("value");
        if (reader.Failed)
            return null;
        var colon = attribute.IndexOf(':', StringComparison.Ordinal);
        return new AttributeCriterion { Group = attribute[..colon], Attribute = attribute[(colon + 1)..], Operator = comparison, Value = value };
    }

    private static InterventionGuards ReadGuards(DefinitionReader reader) => new()
    {
        Cooldown = reader.Duration("cooldown"),
        FrequencyCap = reader.Object("frequency_cap", ReadFrequencyCap),
        ExpiresAfter = reader.Duration("expires_after"),
        ActiveFrom = reader.DateTime("active_from"),
        ActiveTo = reader.DateTime("active_to"),
        Priority = reader.Integer("priority", -InterventionValidator.MaxPriority, InterventionValidator.MaxPriority) ?? 0,
        HoldoutPercentage = reader.Number("holdout_percentage", 0, 100) ?? 0,
    };

    private static FrequencyCap ReadFrequencyCap(DefinitionReader reader) => new(
        reader.RequiredInteger("max", 1, InterventionValidator.MaxFrequency),
        reader.RequiredDuration("period"));
}
