using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Interventions;

/// <summary>An attribute that a rule refers to, resolved: the latest published version of the group that has it.</summary>
/// <param name="Plan">Plan of its attribute key.</param>
/// <param name="Column">The column.</param>
/// <param name="Index">Place among the references of the rule; where its value before and after an event is found.</param>
internal sealed record AttributeReference(KeyPlan Plan, PublishedColumn Column, int Index)
{
    /// <summary>Finds the attribute in what is published; null when no published version of the group has it (spec signals-api 11.3).</summary>
    public static (KeyLayout Layout, PublishedColumn Column)? Resolve(PublishedDefinitions published, string group, string attribute)
    {
        foreach (var layout in published.Keys)
        {
            var latest = layout.Columns
                .Where(column => column.Group.Name == group && column.Name == attribute)
                .MaxBy(column => column.Group.Version);
            if (latest is not null && IsLatest(published, latest, attribute))
                return (layout, latest);
        }
        return null;
    }

    /// <summary>Its value in a profile, else its default; missing when there is no profile.</summary>
    public AttributeValue ValueIn(ProfileState? state, EventTime now)
    {
        var value = state?.Read(Column.Definition, now) ?? AttributeValue.Missing;
        return value.IsMissing && state is not null ? Column.Default : value;
    }

    /// <summary>Versions of a group may stand on different keys; only the latest of all that have the attribute counts.</summary>
    private static bool IsLatest(PublishedDefinitions published, PublishedColumn column, string attribute) =>
        !published.Snapshot.AttributeGroups.Values.Any(group =>
            group.IsPublished && group.Name == column.Group.Name && group.Version > column.Group.Version && Has(group, attribute));

    private static bool Has(AttributeGroupDefinition group, string attribute) =>
        group.Attributes.Any(candidate => candidate.Name == attribute) || group.Fields.Any(candidate => candidate.Name == attribute);
}
