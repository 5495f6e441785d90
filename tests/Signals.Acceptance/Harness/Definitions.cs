using System.Text.Json.Nodes;

namespace Signals.Acceptance.Harness;

/// <summary>Definitions as the official Python SDK writes them: nulls left out, enums by their wire names.</summary>
public static class Definitions
{
    /// <summary>Vendor of Snowplow's own events.</summary>
    public const string Snowplow = "com.snowplowanalytics.snowplow";

    /// <summary>Vendor of the web-shop events and entities.</summary>
    public const string Ecommerce = "com.snowplowanalytics.snowplow.ecommerce";

    private const string Owner = "data@example.com";

    /// <summary>A stream attribute group.</summary>
    public static JsonObject Group(string name, int version, string key, params JsonObject[] attributes) => new()
    {
        ["name"] = name,
        ["version"] = version,
        ["attribute_key"] = new JsonObject { ["name"] = key },
        ["owner"] = Owner,
        ["attributes"] = new JsonArray([.. attributes]),
        ["online"] = true,
        ["offline"] = false,
        ["is_published"] = true,
    };

    /// <summary>A service over versions of groups.</summary>
    public static JsonObject Service(string name, params (string Name, int Version)[] groups) => new()
    {
        ["name"] = name,
        ["owner"] = Owner,
        ["attribute_groups"] = new JsonArray([.. groups.Select(group => new JsonObject { ["name"] = group.Name, ["version"] = group.Version })]),
        ["is_published"] = true,
    };

    /// <summary>A rule intervention, version 1.</summary>
    public static JsonObject Intervention(string name, JsonObject criteria, params string[] targets) => new()
    {
        ["name"] = name,
        ["version"] = 1,
        ["owner"] = Owner,
        ["criteria"] = criteria,
        ["target_attribute_keys"] = new JsonArray([.. targets.Select(target => new JsonObject { ["name"] = target })]),
        ["is_published"] = true,
    };

    /// <summary>A condition of a rule: <c>group:attribute</c>, compared with a value unless the operator takes none.</summary>
    public static JsonObject Condition(string attribute, string @operator, JsonNode? value = null)
    {
        var condition = new JsonObject { ["attribute"] = attribute, ["operator"] = @operator };
        if (value is not null)
            condition["value"] = value;
        return condition;
    }

    /// <summary>Criteria of which at least one must hold.</summary>
    public static JsonObject Any(params JsonObject[] criteria) => new() { ["any"] = new JsonArray([.. criteria]) };

    /// <summary>An attribute; add what is special with an object initializer on the result.</summary>
    public static JsonObject Attribute(
        string name, string type, string aggregation, JsonObject? property = null, JsonObject? criteria = null, params JsonObject[] events)
    {
        var attribute = new JsonObject
        {
            ["name"] = name,
            ["type"] = type,
            ["aggregation"] = aggregation,
            ["events"] = new JsonArray([.. events]),
        };
        if (property is not null)
            attribute["property"] = property;
        if (criteria is not null)
            attribute["criteria"] = criteria;
        return attribute;
    }

    /// <summary>Adds or replaces a member.</summary>
    public static JsonObject With(this JsonObject definition, string member, JsonNode? value)
    {
        definition[member] = value;
        return definition;
    }

    /// <summary>An event filter.</summary>
    public static JsonObject Event(string vendor, string name, string version) => new() { ["vendor"] = vendor, ["name"] = name, ["version"] = version };

    /// <summary>An atomic column as a property.</summary>
    public static JsonObject Atomic(string name) => new() { ["type"] = "atomic", ["name"] = name };

    /// <summary>A path in the event payload as a property.</summary>
    public static JsonObject EventProperty(string vendor, string name, string path, int majorVersion = 1) =>
        new() { ["type"] = "event", ["vendor"] = vendor, ["name"] = name, ["major_version"] = majorVersion, ["path"] = path };

    /// <summary>A path in an entity as a property.</summary>
    public static JsonObject EntityProperty(string vendor, string name, string path, int index = 0, int majorVersion = 1) =>
        new() { ["type"] = "entity", ["vendor"] = vendor, ["name"] = name, ["major_version"] = majorVersion, ["path"] = path, ["index"] = index };

    /// <summary>Criteria of which all must hold.</summary>
    public static JsonObject All(params JsonObject[] criteria) => new() { ["all"] = new JsonArray([.. criteria]) };

    /// <summary>One criterion; without a value for the two null operators.</summary>
    public static JsonObject Criterion(JsonObject property, string @operator, JsonNode? value = null)
    {
        var criterion = new JsonObject { ["property"] = property, ["operator"] = @operator };
        if (value is not null)
            criterion["value"] = value;
        return criterion;
    }

    /// <summary>The type of a web-shop event.</summary>
    public static JsonObject ActionType() => EventProperty(Ecommerce, "snowplow_ecommerce_action", "type");
}
