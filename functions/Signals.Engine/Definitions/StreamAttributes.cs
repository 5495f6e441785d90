namespace Signals.Engine.Definitions;

/// <summary>A value that the streaming engine computes, and every attribute that shows it (spec signals-api 7.2).</summary>
/// <param name="Id">What the value is stored under.</param>
/// <param name="Key">The attribute key, as registered.</param>
/// <param name="Attribute">The definition; of several equal ones the first.</param>
/// <param name="Ttl">The longest lifetime of the sources.</param>
/// <param name="Sources">The attributes, by group name and version.</param>
public sealed record StreamAttribute(
    DefinitionId Id, AttributeKeyDefinition Key, AttributeDefinition Attribute, TimeSpan Ttl, IReadOnlyList<StreamAttributeSource> Sources);

/// <summary>One attribute of one published group version.</summary>
public readonly record struct StreamAttributeSource(VersionedName Group, string AttributeName);

/// <summary>What the streaming engine has to compute.</summary>
public static class StreamAttributes
{
    /// <summary>The values of all published groups that are not offline, equal definitions once, ordered by their first source.</summary>
    public static IReadOnlyList<StreamAttribute> Of(DefinitionSnapshot snapshot)
    {
        var published =
            from @group in snapshot.AttributeGroups.Values
            where @group.IsPublished && @group.Offline is not true
            orderby @group.Name, @group.Version
            let key = snapshot.KeyOf(@group)
            from attribute in @group.Attributes
            select (Id: DefinitionHash.Of(key, attribute), Key: key, Group: @group, Attribute: attribute);
        return
        [
            .. published.GroupBy(one => one.Id).Select(equal => new StreamAttribute(
                equal.Key,
                equal.First().Key,
                equal.First().Attribute,
                equal.Max(one => AttributeLifetime.Of(one.Key, one.Group, one.Attribute)),
                [.. equal.Select(one => new StreamAttributeSource(one.Group.Id, one.Attribute.Name))])),
        ];
    }
}
