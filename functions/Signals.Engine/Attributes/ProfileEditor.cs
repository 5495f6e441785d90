using System.Text.Json;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Changes to profiles that do not come from events: pushed values, and removal.</summary>
public sealed class ProfileEditor(IDefinitionSource definitions, IProfileStore profiles, TimeProvider time) : IProfileCleanup
{
    private const int MaxAttempts = 20;

    private const int ScanPage = 500;

    /// <summary>
    /// Sets values of a published external batch group (spec signals-api 8.5). A JSON null removes the value.
    /// </summary>
    /// <param name="group">Group and version.</param>
    /// <param name="identifiers">1 to 100 identifiers.</param>
    /// <param name="values">Per attribute or field one value per identifier.</param>
    /// <param name="cancellationToken">Ends the work between two profiles.</param>
    /// <returns>What is wrong with the request; null when everything is stored.</returns>
    public async ValueTask<string?> PushAsync(
        VersionedName group, IReadOnlyList<string> identifiers, IReadOnlyDictionary<string, IReadOnlyList<JsonElement>> values, CancellationToken cancellationToken)
    {
        var published = PublishedDefinitions.From(definitions.Current);
        if (!published.Snapshot.AttributeGroups.TryGetValue(group, out var definition) || !definition.IsPublished)
            return $"attribute group '{group.Name}' version {group.Version} does not exist or is not published";
        if (definition.Offline is not true || published.Find(definition.AttributeKey.Name) is not { } layout)
            return $"attribute group '{group.Name}' version {group.Version} is computed from events; values cannot be pushed";
        var columns = layout.ColumnsOf(group)!.ToDictionary(column => column.Name, StringComparer.Ordinal);
        if (ErrorIn(identifiers, values, columns) is { } error)
            return error;

        for (var i = 0; i < identifiers.Count; i++)
        {
            var row = i;
            var changes = values.Select(column => (columns[column.Key].Definition, Value: column.Value[row])).ToList();
            await EditAsync(layout.Plan, new ProfileKey(layout.Plan.Name, identifiers[i]), (profile, now) => Apply(profile, changes, now), cancellationToken);
        }
        return null;
    }

    /// <summary>Removes everything stored for one identifier. False when there was nothing.</summary>
    public ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken) => profiles.DeleteAsync(key, cancellationToken);

    /// <summary>Removes the values of definitions that no longer exist from all profiles of an attribute key.</summary>
    public async ValueTask RemoveDefinitionsAsync(string attributeKey, IReadOnlySet<DefinitionId> removed, CancellationToken cancellationToken)
    {
        var plan = PublishedDefinitions.From(definitions.Current).Find(attributeKey)?.Plan ?? new KeyPlan(attributeKey, []);
        string? continuation = null;
        do
        {
            (var page, continuation) = await profiles.ScanAsync(attributeKey, continuation, ScanPage, cancellationToken);
            foreach (var (key, stored) in page)
                if (ProfileState.Decode(plan, stored.State, stored.ETag).Remove(removed))
                    await EditAsync(plan, key, (profile, _) => profile.Remove(removed), cancellationToken);
        }
        while (continuation is not null);
    }

    private static string? ErrorIn(
        IReadOnlyList<string> identifiers, IReadOnlyDictionary<string, IReadOnlyList<JsonElement>> values, Dictionary<string, PublishedColumn> columns)
    {
        foreach (var (name, list) in values)
        {
            if (!columns.TryGetValue(name, out var column))
                return $"the attribute group has no attribute '{name}'";
            if (list.Count != identifiers.Count)
                return $"attributes.{name} has {list.Count} values for {identifiers.Count} identifiers";
            for (var i = 0; i < list.Count; i++)
                if (list[i].ValueKind != JsonValueKind.Null && AttributeValue.FromJson(column.Definition.Type, list[i]).IsMissing)
                    return $"attributes.{name}[{i}] does not fit the type {DefinitionNames.AttributeTypes[column.Definition.Type]}";
        }
        return null;
    }

    private static void Apply(ProfileState profile, List<(DefinitionPlan Definition, JsonElement Value)> changes, EventTime now)
    {
        foreach (var (definition, value) in changes)
        {
            if (value.ValueKind == JsonValueKind.Null)
                profile.Remove(new HashSet<DefinitionId> { definition.Id });
            else
                profile.Fold(definition, new Observation(now, default, ScalarValue.OfJson(value.GetRawText())), now);
        }
    }

    private async ValueTask EditAsync(KeyPlan plan, ProfileKey key, Action<ProfileState, EventTime> edit, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var now = EventTime.From(time.GetUtcNow());
            var stored = (await profiles.ReadAsync([key], cancellationToken))[0];
            var profile = stored is null ? new ProfileState(plan) : ProfileState.Decode(plan, stored.State, stored.ETag);
            if (profile.MergedInto is { } survivor)
            {
                key = key with { Identifier = survivor };
                continue;
            }
            edit(profile, now);
            var bytes = profile.Encode(new StateWriter(), new StateWriter(), now, out var expiresAt);
            var etags = await profiles.WriteAsync([new ProfileWrite(key, bytes, profile.ETag, expiresAt)], cancellationToken);
            if (etags[0] is not null)
                return;
        }
        throw new ProfileContentionException(key, MaxAttempts);
    }
}
