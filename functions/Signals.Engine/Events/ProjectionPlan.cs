namespace Signals.Engine.Events;

/// <summary>The compiled form of the paths of a projection into one kind of JSON column.</summary>
internal sealed class ProjectionPlan
{
    private readonly List<int[]> _rootsBySelector = [];

    /// <summary>The schemas that are wanted.</summary>
    public SchemaTable Schemas { get; } = new();

    /// <summary>The paths into their data.</summary>
    public PathTree Paths { get; } = new();

    /// <summary>True when nothing is wanted.</summary>
    public bool IsEmpty => Schemas.Count == 0;

    /// <summary>Number of 64-bit words with a bit for each node of <see cref="Paths"/>.</summary>
    public int SeenWords => (Paths.Count + 63) / 64;

    /// <summary>Number of 64-bit words of scratch that a scan needs: the bits, and a 32-bit counter for each selector.</summary>
    public int ScratchWords => SeenWords + (Schemas.Count + 1) / 2;

    /// <summary>Adds a path into the data of the n-th matching JSON.</summary>
    public void Add(SchemaSelector schema, int index, JsonPath path, int slot)
    {
        var selector = Schemas.Add(schema);
        if (selector == _rootsBySelector.Count)
            _rootsBySelector.Add([]);
        var roots = _rootsBySelector[selector];
        if (roots.Length <= index)
        {
            var known = roots.Length;
            Array.Resize(ref roots, index + 1);
            roots.AsSpan(known).Fill(SchemaTable.NoEntry);
            _rootsBySelector[selector] = roots;
        }
        if (roots[index] < 0)
            roots[index] = Paths.AddRoot();
        Paths.Add(roots[index], path, slot);
    }

    /// <summary>The root for the n-th JSON that matches a selector; negative when that one is not wanted.</summary>
    public int RootOf(int selector, int index)
    {
        var roots = _rootsBySelector[selector];
        return (uint)index < (uint)roots.Length ? roots[index] : SchemaTable.NoEntry;
    }
}
