using System.Text.Json.Serialization;

namespace Signals.Engine.Definitions;

/// <summary>Which events (spec signals-api 2.4): an absent member matches everything.</summary>
public sealed record EventFilter
{
    /// <summary>Compared with <c>event_name</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Compared with <c>event_vendor</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Vendor { get; init; }

    /// <summary>Compared with <c>event_version</c>, as M-R-A.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Version { get; init; }

    /// <summary>Compared with the id of the event specification entity; excludes the other three.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? EventSpecificationId { get; init; }
}
