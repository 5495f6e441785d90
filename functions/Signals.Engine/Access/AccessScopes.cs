namespace Signals.Engine.Access;

/// <summary>What a token may do (spec signals-api 1.5).</summary>
public static class AccessScopes
{
    /// <summary>Read definitions.</summary>
    public const string RegistryRead = "registry:read";

    /// <summary>Create, change, publish and delete definitions, and push attribute values.</summary>
    public const string RegistryWrite = "registry:write";

    /// <summary>Read attribute values.</summary>
    public const string AttributesRead = "attributes:read";

    /// <summary>Push interventions.</summary>
    public const string InterventionsPush = "interventions:push";

    /// <summary>Build training datasets.</summary>
    public const string Datasets = "datasets";

    /// <summary>Delete the data of one person.</summary>
    public const string ProfilesDelete = "profiles:delete";

    /// <summary>Send enriched events in bulk.</summary>
    public const string EventsWrite = "events:write";

    /// <summary>Read bad rows.</summary>
    public const string EventsRead = "events:read";

    /// <summary>Look up identities and what is known of identifiers.</summary>
    public const string IdentitiesRead = "identities:read";

    /// <summary>Resolve identifiers, which makes and merges identities.</summary>
    public const string IdentitiesWrite = "identities:write";

    /// <summary>All scopes there are.</summary>
    public static IReadOnlyList<string> All { get; } =
        [RegistryRead, RegistryWrite, AttributesRead, InterventionsPush, Datasets, ProfilesDelete, EventsWrite, EventsRead, IdentitiesRead, IdentitiesWrite];
}
