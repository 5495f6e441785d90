using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>An attribute key as clients read it (spec signals-api 3.2): all members are always there.</summary>
internal sealed record AttributeKeyResponse(
    string Name,
    string? Description,
    string? Key,
    string? ExternalColumn,
    string? Owner,
    TimeSpan? Ttl,
    bool IsPublished,
    PropertyDefinition? Property,
    string? BloblPath)
{
    public static AttributeKeyResponse Of(AttributeKeyDefinition key) => new(
        key.Name, key.Description, key.Key, key.ExternalColumn, key.Owner, key.Ttl, key.IsPublished, key.Property, PropertyExpressions.IdentifierOf(key));
}
