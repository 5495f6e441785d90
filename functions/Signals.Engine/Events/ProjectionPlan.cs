namespace Signals.Engine.Events;

/// <summary>The compiled form of the paths of a projection into one kind of JSON column.</summary>
internal sealed class ProjectionPlan
{
    private readonly List<Roots> _rootsBySelector = [];

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
            _rootsBySelector.Add(new Roots());
        Paths.Add(_rootsBySelector[selector].FindOrAdd(index, Paths), path, slot);
    }

    /// <summary>The root for the n-th JSON that matches a selector; null when that one is not wanted.</summary>
    public PathTree.Node? RootOf(int selector, int index) => _rootsBySelector[selector].Find(index);

    /// <summary>The roots of one selector by index; the first few, which are nearly all, without a dictionary.</summary>
    private sealed class Roots
    {
        private const int Direct = 16;

        private readonly PathTree.Node?[] _first = new PathTree.Node?[Direct];
        private readonly Dictionary<int, PathTree.Node> _further = [];

        public PathTree.Node? Find(int index) => (uint)index < Direct ? _first[index] : _further.GetValueOrDefault(index);

        public PathTree.Node FindOrAdd(int index, PathTree paths)
        {
            if (Find(index) is { } known)
                return known;
            var root = paths.AddRoot();
            if (index < Direct)
                _first[index] = root;
            else
                _further.Add(index, root);
            return root;
        }
    }
}
