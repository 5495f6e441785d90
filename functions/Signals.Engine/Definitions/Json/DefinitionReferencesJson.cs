namespace Signals.Engine.Definitions;

/// <summary>Reads what <c>engines/publish</c> and <c>engines/unpublish</c> name (spec signals-api 7.1).</summary>
internal static class DefinitionReferencesJson
{
    private const int MaxReferences = 1000;

    public static DefinitionReferences? Read(DefinitionReader reader)
    {
        var all = new List<DefinitionReference>();
        foreach (var kind in ReferenceKind.All)
            all.AddRange(ReadKind(reader, kind));
        return reader.Failed ? null : new DefinitionReferences(all);
    }

    private static IEnumerable<DefinitionReference> ReadKind(DefinitionReader reader, ReferenceKind kind)
    {
        var named = reader.List(kind.Member, 0, MaxReferences, item => new VersionedName(
            item.RequiredText("name", TextRules.ObjectName),
            kind.IsVersioned ? item.RequiredInteger("version", 1, DefinitionJson.MaxVersion) : 0)) ?? [];
        return named.Select((id, position) => new DefinitionReference(kind, id, reader.Path.At(kind.Member).At(position)));
    }
}
