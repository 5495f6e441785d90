using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>A column that a request asks for: published, or present in the answer but without values.</summary>
/// <param name="Group">Group and version.</param>
/// <param name="Name">Name of the attribute or field.</param>
/// <param name="AttributeKey">Key that it is stored against.</param>
/// <param name="Published">The published column; null when the version is not published (its values read as null).</param>
internal sealed record SelectedColumn(VersionedName Group, string Name, string AttributeKey, PublishedColumn? Published)
{
    public string NameIn(bool full) => full ? $"{Group.Name}_v{Group.Version}__{Name}" : Name;
}

/// <summary>Finds the columns that a request names (spec signals-api 8.1, 8.4).</summary>
internal sealed class ColumnSelection(PublishedDefinitions published)
{
    private DefinitionSnapshot Snapshot => published.Snapshot;

    /// <summary>The columns of a published service, by group and attribute in their orders.</summary>
    public bool TryService(string name, List<SelectedColumn> columns, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (!Snapshot.Services.TryGetValue(name, out var service) || !service.IsPublished)
        {
            error = $"service '{name}' does not exist or is not published";
            return false;
        }
        foreach (var id in service.AttributeGroups)
            if (Snapshot.AttributeGroups.TryGetValue(id, out var group))
                columns.AddRange(ColumnsOf(group));
        return true;
    }

    /// <summary>One column by its reference, <c>group_v1:attribute</c> or a bare attribute name.</summary>
    public bool TryReference(string reference, IEnumerable<string> attributeKeys, [NotNullWhen(true)] out SelectedColumn? column, [NotNullWhen(false)] out string? error)
    {
        column = null;
        var colon = reference.IndexOf(':');
        if (colon < 0)
            return TryBareName(reference, attributeKeys, out column, out error);
        var split = reference.LastIndexOf("_v", colon, StringComparison.Ordinal);
        if (split <= 0 || !int.TryParse(reference.AsSpan(split + 2, colon - split - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            error = $"attribute '{reference}' is not of the form group_v1:attribute";
            return false;
        }
        var id = new VersionedName(reference[..split], version);
        if (!Snapshot.AttributeGroups.TryGetValue(id, out var group) || !group.IsPublished)
        {
            error = $"attribute group '{id.Name}' version {version} does not exist or is not published";
            return false;
        }
        var name = reference[(colon + 1)..];
        column = ColumnsOf(group).FirstOrDefault(candidate => candidate.Name == name);
        error = column is null ? $"attribute group '{id.Name}' version {version} has no attribute '{name}'" : null;
        return column is not null;
    }

    /// <summary>The attribute of that name on one of the keys, if only one group has it; its highest published version.</summary>
    private bool TryBareName(string name, IEnumerable<string> attributeKeys, [NotNullWhen(true)] out SelectedColumn? column, [NotNullWhen(false)] out string? error)
    {
        var candidates = attributeKeys
            .Select(published.Find).OfType<KeyLayout>()
            .SelectMany(layout => layout.Columns)
            .Where(candidate => candidate.Name == name)
            .GroupBy(candidate => candidate.Group.Name, StringComparer.Ordinal)
            .ToList();
        column = null;
        error = candidates.Count switch
        {
            0 => $"no published attribute group on these attribute keys has an attribute '{name}'",
            1 => null,
            _ => $"attribute '{name}' is in several attribute groups; name it as group_v1:{name}",
        };
        if (error is not null)
            return false;
        var latest = candidates[0].MaxBy(candidate => candidate.Group.Version)!;
        column = new SelectedColumn(latest.Group, name, Snapshot.AttributeGroups[latest.Group].AttributeKey.Name, latest);
        return true;
    }

    private IEnumerable<SelectedColumn> ColumnsOf(AttributeGroupDefinition group)
    {
        var key = group.AttributeKey.Name;
        if (group.IsPublished && published.Find(key)?.ColumnsOf(group.Id) is { } columns)
            return columns.Select(column => new SelectedColumn(group.Id, column.Name, key, column));
        return group.Attributes.Select(attribute => attribute.Name).Concat(group.Fields.Select(field => field.Name))
            .Select(name => new SelectedColumn(group.Id, name, key, null));
    }
}
