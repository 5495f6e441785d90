using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Engine.Events;

/// <summary>
/// Paths joined where they begin alike: each node is a member or an element that some path passes or ends at. Built once, then
/// read by many threads.
/// </summary>
internal sealed class PathTree
{
    /// <summary>Number of nodes; each is identified by a number below it.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a node without a parent: the <c>data</c> of an event or entity.</summary>
    public Node AddRoot() => new(Count++);

    /// <summary>Adds a path below a root; its value belongs into <paramref name="slot"/>.</summary>
    public void Add(Node root, JsonPath path, int slot)
    {
        var node = root;
        foreach (var step in path.Steps)
            node = node.FindOrAdd(step, this);
        node.AddSlot(slot);
    }

    /// <summary>One member or element.</summary>
    internal sealed class Node(int id)
    {
        private const int FirstBits = 2;

        private readonly List<int> _slots = [];
        private readonly Dictionary<string, Node> _members = new(StringComparer.Ordinal);
        private readonly Dictionary<int, Node> _elements = [];
        private Bucket[] _buckets = [];
        private int _shift;
        private int _longestName;

        /// <summary>Its number in the tree.</summary>
        public int Id { get; } = id;

        /// <summary>Slots that take the value itself.</summary>
        public ReadOnlySpan<int> Slots => CollectionsMarshal.AsSpan(_slots);

        /// <summary>Number of wanted members.</summary>
        public int MemberCount => _members.Count;

        /// <summary>Number of wanted elements.</summary>
        public int ElementCount => _elements.Count;

        /// <summary>Finds the node of a member; null when nobody wants it.</summary>
        /// <param name="name">First byte of the name; at least eight bytes can be read from there.</param>
        /// <param name="length">Length of the name.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Node? FindMember(ref byte name, int length)
        {
            var head = Head(ref name, length);
            var buckets = _buckets;
            for (var i = Hash(head, length) >> _shift; ; i++)
            {
                ref var bucket = ref buckets[i & (uint)(buckets.Length - 1)];
                if (bucket.Node is null)
                    return null;
                if (bucket.Head == head && bucket.Name.Length == length
                    && (length <= sizeof(ulong) || MemoryMarshal.CreateReadOnlySpan(ref name, length).SequenceEqual(bucket.Name)))
                    return bucket.Node;
            }
        }

        /// <summary>Finds the node of a member whose name is written with escapes; null when nobody wants it.</summary>
        public Node? FindEscapedMember(ReadOnlySpan<byte> escaped)
        {
            // An escape is at most six times as long as what it stands for.
            if (escaped.Length > _longestName * 6)
                return null;
            var room = escaped.Length <= 256 ? stackalloc byte[256] : new byte[escaped.Length];
            return JsonText.TryUnescape(escaped, room, out var length) ? FindMember(ref MemoryMarshal.GetReference(room), length) : null;
        }

        /// <summary>Finds the node of an element; null when nobody wants it.</summary>
        public Node? FindElement(int index) => _elements.GetValueOrDefault(index);

        internal void AddSlot(int slot) => _slots.Add(slot);

        internal Node FindOrAdd(JsonPathStep step, PathTree tree)
        {
            if (step.Member is null)
            {
                if (!_elements.TryGetValue(step.Index, out var element))
                    _elements.Add(step.Index, element = tree.AddRoot());
                return element;
            }
            if (!_members.TryGetValue(step.Member, out var member))
            {
                _members.Add(step.Member, member = tree.AddRoot());
                Insert(step.Member, member);
            }
            return member;
        }

        private void Insert(string name, Node member)
        {
            if (_members.Count * 2 <= _buckets.Length)
            {
                Place(name, member);
                return;
            }
            var bits = _buckets.Length == 0 ? FirstBits : 33 - _shift;
            _shift = 32 - bits;
            _buckets = new Bucket[1 << bits];
            foreach (var (known, node) in _members)
                Place(known, node);
        }

        private void Place(string name, Node member)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            var padded = new byte[Math.Max(bytes.Length, sizeof(ulong))];
            bytes.CopyTo(padded, 0);
            _longestName = Math.Max(_longestName, bytes.Length);
            var head = Head(ref padded[0], bytes.Length);
            var i = Hash(head, bytes.Length) >> _shift;
            while (_buckets[i & (uint)(_buckets.Length - 1)].Node is not null)
                i++;
            _buckets[i & (uint)(_buckets.Length - 1)] = new Bucket(head, bytes, member);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Head(ref byte name, int length)
        {
            var head = Unsafe.ReadUnaligned<ulong>(ref name);
            return length >= sizeof(ulong) ? head : head & (1UL << (length * 8)) - 1;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint Hash(ulong head, int length) => (uint)((head + (uint)length) * 0x9E37_79B9_7F4A_7C15 >> 32);

        private readonly record struct Bucket(ulong Head, byte[] Name, Node? Node);
    }
}
