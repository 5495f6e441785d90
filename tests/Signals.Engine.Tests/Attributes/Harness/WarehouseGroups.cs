using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Attributes;

/// <summary>An external batch group whose values are pushed.</summary>
internal static class WarehouseGroups
{
    public static VersionedName CrmId { get; } = new("crm", 1);

    public static AttributeGroupDefinition Crm() => new()
    {
        Name = "crm",
        AttributeKey = new AttributeKeyDefinition { Name = TestDefinitions.UserKey },
        Offline = true,
        IsPublished = true,
        Fields =
        [
            new FieldDefinition { Name = "tier", Type = AttributeType.String },
            new FieldDefinition { Name = "score", Type = AttributeType.Int32 },
            new FieldDefinition { Name = "brands", Type = AttributeType.StringList },
            new FieldDefinition { Name = "since", Type = AttributeType.Timestamp },
            new FieldDefinition { Name = "extra", Type = AttributeType.Dict },
        ],
    };

    /// <summary>One column of values, each as JSON.</summary>
    public static Dictionary<string, IReadOnlyList<JsonElement>> Values(string name, params string[] json) =>
        new() { [name] = [.. json.Select(TestDefinitions.Json)] };
}
