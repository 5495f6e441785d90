using System.Text.Json;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Definitions that a test changes as it goes; every change is a new snapshot.</summary>
public sealed class TestDefinitions : IDefinitionSource
{
    public const string UserKey = "user_id";

    public TestDefinitions()
    {
        foreach (var name in (string[])[UserKey, "domain_userid", "network_userid", "domain_sessionid"])
            Add(new AttributeKeyDefinition { Name = name, Key = name, IsPublished = true });
    }

    public DefinitionSnapshot Current { get; private set; } = new();

    public TestDefinitions Add(AttributeKeyDefinition key)
    {
        Current = Current with { AttributeKeys = Current.AttributeKeys.SetItem(key.Name, key), Revision = Current.Revision + 1 };
        return this;
    }

    public TestDefinitions Add(AttributeGroupDefinition group)
    {
        Current = Current with { AttributeGroups = Current.AttributeGroups.SetItem(group.Id, group), Revision = Current.Revision + 1 };
        return this;
    }

    public TestDefinitions Add(ServiceDefinition service)
    {
        Current = Current with { Services = Current.Services.SetItem(service.Name, service), Revision = Current.Revision + 1 };
        return this;
    }

    public TestDefinitions Add(InterventionDefinition intervention)
    {
        Current = Current with { Interventions = Current.Interventions.SetItem(intervention.Id, intervention), Revision = Current.Revision + 1 };
        return this;
    }

    /// <summary>Publishes or unpublishes a group version.</summary>
    public TestDefinitions Publish(string group, int version, bool published = true) =>
        Add(Current.AttributeGroups[new VersionedName(group, version)] with { IsPublished = published });

    /// <summary>A published stream group <c>g</c> version 1 on <c>user_id</c>.</summary>
    public static AttributeGroupDefinition Group(params AttributeDefinition[] attributes) => Group("g", 1, UserKey, attributes);

    public static AttributeGroupDefinition Group(string name, int version, string key, params AttributeDefinition[] attributes) => new()
    {
        Name = name,
        Version = version,
        AttributeKey = new AttributeKeyDefinition { Name = key },
        Attributes = attributes,
        IsPublished = true,
    };

    public static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
