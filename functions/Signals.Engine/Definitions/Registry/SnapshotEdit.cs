namespace Signals.Engine.Definitions;

/// <summary>A change in the making: the snapshot as it will be, and the rows to store. Rules work on it; nothing happens before it is written.</summary>
internal sealed class SnapshotEdit(DefinitionSnapshot before, DateTimeOffset now)
{
    private readonly Dictionary<(string Kind, string Name, int Version), StoredDefinition> _rows = [];

    /// <summary>All definitions, the changes included.</summary>
    public DefinitionSnapshot Snapshot { get; private set; } = before;

    /// <summary>What is to be stored.</summary>
    public IReadOnlyList<StoredDefinition> Rows => [.. _rows.Values];

    public void Put(AttributeKeyDefinition key)
    {
        var previous = Snapshot.AttributeKeys.GetValueOrDefault(key.Name);
        if (key == previous)
            return;
        Snapshot = Snapshot with { AttributeKeys = Snapshot.AttributeKeys.SetItem(key.Name, key) };
        Store(StoredDefinitionCodec.Row(key));
        NoteState(previous?.IsPublished ?? false, key.IsPublished);
    }

    /// <summary>Puts a group and returns it with the time of its publication.</summary>
    public AttributeGroupDefinition Put(AttributeGroupDefinition group)
    {
        var previous = Snapshot.AttributeGroups.GetValueOrDefault(group.Id);
        var goesLive = group.IsPublished && previous is not { IsPublished: true };
        group = group with { PublishedAt = goesLive ? now : previous?.PublishedAt };
        Snapshot = Snapshot with { AttributeGroups = Snapshot.AttributeGroups.SetItem(group.Id, group) };
        Store(StoredDefinitionCodec.Row(group));
        NoteState(previous?.IsPublished ?? false, group.IsPublished);
        return group;
    }

    public void Put(ServiceDefinition service)
    {
        var previous = Snapshot.Services.GetValueOrDefault(service.Name);
        Snapshot = Snapshot with { Services = Snapshot.Services.SetItem(service.Name, service) };
        Store(StoredDefinitionCodec.Row(service));
        NoteState(previous?.IsPublished ?? false, service.IsPublished);
    }

    public void Put(InterventionDefinition intervention)
    {
        var previous = Snapshot.Interventions.GetValueOrDefault(intervention.Id);
        Snapshot = Snapshot with { Interventions = Snapshot.Interventions.SetItem(intervention.Id, intervention) };
        Store(StoredDefinitionCodec.Row(intervention));
        NoteState(previous?.IsPublished ?? false, intervention.IsPublished);
    }

    public void Remove(AttributeKeyDefinition key)
    {
        Snapshot = Snapshot with { AttributeKeys = Snapshot.AttributeKeys.Remove(key.Name) };
        Store(StoredDefinitionCodec.Removal(StoredDefinitionCodec.Row(key)));
    }

    public void Remove(AttributeGroupDefinition group)
    {
        Snapshot = Snapshot with { AttributeGroups = Snapshot.AttributeGroups.Remove(group.Id) };
        Store(StoredDefinitionCodec.Removal(StoredDefinitionCodec.Row(group)));
    }

    public void Remove(ServiceDefinition service)
    {
        Snapshot = Snapshot with { Services = Snapshot.Services.Remove(service.Name) };
        Store(StoredDefinitionCodec.Removal(StoredDefinitionCodec.Row(service)));
    }

    public void Remove(InterventionDefinition intervention)
    {
        Snapshot = Snapshot with { Interventions = Snapshot.Interventions.Remove(intervention.Id) };
        Store(StoredDefinitionCodec.Removal(StoredDefinitionCodec.Row(intervention)));
    }

    private void Store(StoredDefinition row) => _rows[(row.Kind, row.Name, row.Version)] = row;

    private void NoteState(bool wasPublished, bool isPublished)
    {
        if (wasPublished == isPublished)
            return;
        Snapshot = Snapshot with { PublishedAt = now };
        Store(StoredDefinitionCodec.PublishedAtRow(now));
    }
}
