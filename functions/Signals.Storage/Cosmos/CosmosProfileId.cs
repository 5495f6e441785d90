using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Attributes;

namespace Signals.Storage.Cosmos;

/// <summary>
/// Id and partition key of a profile: attribute key and identifier, encoded, with a colon between them. Where that would be too long,
/// a hash stands for the identifier, and the document carries the identifier itself.
/// </summary>
/// <param name="Text">The id.</param>
/// <param name="HashedIdentifier">The encoded identifier when the id has only its hash; else null.</param>
internal readonly record struct CosmosProfileId(string Text, string? HashedIdentifier)
{
    /// <summary>What an encoded identifier cannot begin with: no two hexadecimal digits follow.</summary>
    private const string HashMark = "~sha256-";

    /// <summary>The id of a profile.</summary>
    public static CosmosProfileId Of(ProfileKey key)
    {
        var (prefix, identifier) = (PrefixOf(key.AttributeKey), CosmosId.Encode(key.Identifier));
        return prefix.Length + identifier.Length <= CosmosId.MaxLength
            ? new CosmosProfileId(prefix + identifier, null)
            : new CosmosProfileId(prefix + HashMark + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(identifier))), identifier);
    }

    /// <summary>What the ids of all profiles of an attribute key begin with, and no others.</summary>
    public static string PrefixOf(string attributeKey) => CosmosId.Encode(attributeKey) + ":";

    /// <summary>The identifier of a profile of the attribute key with the given prefix.</summary>
    /// <param name="prefix">From <see cref="PrefixOf"/>.</param>
    /// <param name="id">The id.</param>
    /// <param name="hashedIdentifier">What the document carries, where the id has only a hash.</param>
    public static string IdentifierOf(string prefix, string id, string? hashedIdentifier) =>
        CosmosId.Decode(hashedIdentifier ?? id.AsSpan(prefix.Length));
}
