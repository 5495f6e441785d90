using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Signals.Engine.Definitions;

/// <summary>Turns definitions into rows of the store and back. Kinds that are not known here are left alone.</summary>
internal static class StoredDefinitionCodec
{
    private const string AttributeKeyKind = "attribute_key";
    private const string AttributeGroupKind = "attribute_group";
    private const string ServiceKind = "service";
    private const string InterventionKind = "intervention";
    private const string PublishedAtKind = "published_at";

    public static StoredDefinition Row(AttributeKeyDefinition key) => new(AttributeKeyKind, key.Name, 0, DefinitionJson.ToJson(key));

    public static StoredDefinition Row(AttributeGroupDefinition group) => new(AttributeGroupKind, group.Name, group.Version, DefinitionJson.ToJson(group));

    public static StoredDefinition Row(ServiceDefinition service) => new(ServiceKind, service.Name, 0, DefinitionJson.ToJson(service));

    public static StoredDefinition Row(InterventionDefinition intervention) =>
        new(InterventionKind, intervention.Name, intervention.Version, DefinitionJson.ToJson(intervention));

    public static StoredDefinition PublishedAtRow(DateTimeOffset at) =>
        new(PublishedAtKind, "registry", 0, string.Create(CultureInfo.InvariantCulture, $"{{\"at\":\"{IsoDateTime.Format(at)}\"}}"));

    /// <summary>The row that removes what another row stands for.</summary>
    public static StoredDefinition Removal(StoredDefinition row) => row with { Json = null };

    /// <summary>Makes a snapshot of everything that is stored, and of the built-in attribute keys.</summary>
    /// <exception cref="InvalidDataException">A row cannot be read; the message names it.</exception>
    public static DefinitionSnapshot ToSnapshot(StoredDefinitions stored)
    {
        var empty = new DefinitionSnapshot { Revision = stored.Revision };
        var keys = empty.AttributeKeys.ToBuilder();
        var groups = ImmutableDictionary.CreateBuilder<VersionedName, AttributeGroupDefinition>();
        var services = empty.Services.ToBuilder();
        var interventions = ImmutableDictionary.CreateBuilder<VersionedName, InterventionDefinition>();
        DateTimeOffset? publishedAt = null;
        foreach (var key in BuiltInAttributeKeys.All)
            keys[key.Name] = key;
        foreach (var row in stored.Definitions)
        {
            switch (row.Kind)
            {
                case AttributeKeyKind:
                    keys[row.Name] = Read(row, AttributeKeyJson.Read);
                    break;
                case AttributeGroupKind:
                    var group = Read(row, AttributeGroupJson.ReadStored);
                    groups[group.Id] = group;
                    break;
                case ServiceKind:
                    services[row.Name] = Read(row, ServiceJson.Read);
                    break;
                case InterventionKind:
                    var intervention = Read(row, InterventionJson.Read);
                    interventions[intervention.Id] = intervention;
                    break;
                case PublishedAtKind:
                    publishedAt = Read(row, reader => reader.DateTime("at"));
                    break;
            }
        }
        return empty with
        {
            AttributeKeys = keys.ToImmutable(),
            AttributeGroups = groups.ToImmutable(),
            Services = services.ToImmutable(),
            Interventions = interventions.ToImmutable(),
            PublishedAt = publishedAt,
        };
    }

    private static T Read<T>(StoredDefinition row, Func<DefinitionReader, T?> read)
    {
        var errors = new FieldErrors();
        T? definition = default;
        if (JsonBody.TryParse(Encoding.UTF8.GetBytes(row.Json ?? ""), out var json, out var broken))
            definition = DefinitionReader.Read(json, FieldPath.Body, errors, read);
        var error = broken ?? errors.Kept.FirstOrDefault();
        if (error is not null || definition is null)
            throw new InvalidDataException(
                $"Stored definition {row.Kind} '{row.Name}' version {row.Version} cannot be read: {string.Join('.', error?.Loc ?? [])}: {error?.Msg}");
        return definition;
    }
}
