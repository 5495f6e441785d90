using Signals.Engine.Identities;

namespace Signals.Storage.Tests.Compliance;

/// <summary>Everything that an identity store holds, for comparisons.</summary>
public sealed class GraphDump
{
    private GraphDump(List<IdentityItem> items)
    {
        Profiles = items.OfType<ProfileItem>().ToDictionary(profile => profile.Id);
        Identifiers = [.. items.OfType<IdentifierItem>()];
        Text = [.. items.Select(item => $"{item.Key.Kind} {item.Key} {Convert.ToHexString(IdentityItemCodec.ToBytes(item))}").Order(StringComparer.Ordinal)];
    }

    public IReadOnlyDictionary<SnowplowId, ProfileItem> Profiles { get; }

    public IReadOnlyList<IdentifierItem> Identifiers { get; }

    /// <summary>Every item as one text; equal when and only when all is equal.</summary>
    public IReadOnlyList<string> Text { get; }

    public static async Task<GraphDump> OfAsync(IIdentityStore store)
    {
        var items = new List<IdentityItem>();
        foreach (var kind in Enum.GetValues<IdentityItemKind>())
        {
            IdentityItemKey? after = null;
            while (await store.ScanAsync(IdentityScan.All(kind), after, 100, default) is { Count: > 0 } page)
            {
                items.AddRange(page.Select(stored => stored.Item));
                after = page[^1].Item.Key;
            }
        }
        return new GraphDump(items);
    }

    /// <summary>The root of an id; null when the way leads nowhere.</summary>
    public SnowplowId? RootOf(SnowplowId id)
    {
        for (var steps = 0; steps <= Profiles.Count; steps++)
        {
            if (!Profiles.TryGetValue(id, out var profile))
                return null;
            if (profile.Merge is not { } merge)
                return id;
            id = merge.Into;
        }
        throw new InvalidOperationException($"The merges of {id} go in a circle.");
    }

    /// <summary>The distinct roots of an identifier, in their order; empty for one that is not there.</summary>
    public IReadOnlyList<SnowplowId> RootsOf(string type, string value) =>
        Identifiers.SingleOrDefault(item => item.Type == type && item.Value == value) is { } found ? RootsOf(found) : [];

    /// <summary>The distinct roots of an identifier, in their order.</summary>
    public IReadOnlyList<SnowplowId> RootsOf(IdentifierItem item) =>
        [.. item.Links.Select(link => RootOf(link.Profile)).OfType<SnowplowId>().Distinct().Order()];
}
