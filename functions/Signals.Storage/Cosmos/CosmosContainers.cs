namespace Signals.Storage.Cosmos;

/// <summary>A container as it has to be. The partition key is always <see cref="PartitionKeyPath"/>, hashed over its whole length (version 2).</summary>
/// <param name="Name">Name of the container.</param>
/// <param name="DefaultTimeToLive">
/// Seconds after which items expire: -1 when only items that say so expire, null when nothing does.
/// </param>
/// <param name="IndexedPaths">Paths that are queried, such as <c>/sequence/?</c>; everything else is left out of the index.</param>
public sealed record CosmosContainerDescription(string Name, int? DefaultTimeToLive, IReadOnlyList<string> IndexedPaths)
{
    /// <summary>Path of the partition key in every container.</summary>
    public const string PartitionKeyPath = "/pk";

    /// <summary>Value of <see cref="DefaultTimeToLive"/> with which only items that carry a <c>ttl</c> expire.</summary>
    public const int PerItem = -1;
}

/// <summary>All containers. The templates in <c>infra/</c> make the same ones, which a test holds against this list.</summary>
public static class CosmosContainers
{
    /// <summary>The Profiles Store: one document per profile. Only read by id, so nothing is indexed.</summary>
    public static readonly CosmosContainerDescription Profiles = new("profiles", CosmosContainerDescription.PerItem, []);

    /// <summary>Definitions: the revision and the snapshot that belongs to it.</summary>
    public static readonly CosmosContainerDescription Definitions = new("definitions", null, []);

    /// <summary>API keys and the key that signs access tokens.</summary>
    public static readonly CosmosContainerDescription Access = new("access", null, []);

    /// <summary>Bad rows and their counts; listed by sequence number, on demand of one kind.</summary>
    public static readonly CosmosContainerDescription BadRows = new("bad-rows", CosmosContainerDescription.PerItem, ["/sequence/?", "/kind/?"]);

    /// <summary>Who reads which partition of a log.</summary>
    public static readonly CosmosContainerDescription Leases = new("leases", CosmosContainerDescription.PerItem, []);

    /// <summary>Interventions on their way to the processes that hold streams, in the order of their sequence numbers.</summary>
    public static readonly CosmosContainerDescription Outbox =
        new("outbox", CosmosContainerDescription.PerItem, ["/pk/?", "/sequence/?", "/by_target/?", "/by_name/?"]);

    /// <summary>Webhooks and what each has still to deliver, or has given up.</summary>
    public static readonly CosmosContainerDescription Webhooks = new("webhooks", null, ["/pk/?", "/due/?", "/dead/?", "/target/?"]);

    /// <summary>The identity graph: identifiers and what they are linked to. No item expires by itself: it would cut a person in two.</summary>
    public static readonly CosmosContainerDescription Identifiers = new("identifiers", null, ["/t/?", "/l/[]/?", "/s/?", "/d/?"]);

    /// <summary>The identity graph: Snowplow IDs.</summary>
    public static readonly CosmosContainerDescription IdentityProfiles = new("identity-profiles", null, ["/c/?", "/u/?", "/p/?", "/a/?"]);

    /// <summary>The identity graph: ids that are gone and must not come back.</summary>
    public static readonly CosmosContainerDescription IdentityTombstones = new("identity-tombstones", null, []);

    /// <summary>Every container.</summary>
    public static IReadOnlyList<CosmosContainerDescription> All { get; } =
        [Profiles, Definitions, Access, BadRows, Leases, Outbox, Webhooks, Identifiers, IdentityProfiles, IdentityTombstones];
}
