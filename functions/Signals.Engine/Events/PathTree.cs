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
        node.Slots = [.. node.Slots, slot];
    }

    /// <summary>One member or element.</summary>
    internal sealed class Node(int id)
    {
        private Child[] _members = [];
        private Bucket[] _buckets = [];
        private int _shift;

        /// <summary>Its number in the tree.</summary>
        public int Id { get; } = id;

        /// <summary>Slots that take the value itself.</summary>
        public int[] Slots { get; set; } = [];

        /// <summary>Wanted elements, in no order.</summary>
        public (int Index, Node Node)[] Elements { get; private set; } = [];

        /// <summary>Number of wanted members.</summary>
        public int MemberCount => _members.Length;

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
            Span<byte> buffer = stackalloc byte[256];
            foreach (var member in _members)
            {
                // An escape is at most six times as long as what it stands for.
                if (escaped.Length > member.Name.Length * 6)
                    continue;
                var room = escaped.Length <= buffer.Length ? buffer : new byte[escaped.Length];
                if (JsonText.TryUnescape(escaped, room, out var length) && room[..length].SequenceEqual(member.Name))
                    return member.Node;
            }
            return null;
        }

        /// <summary>Finds the node of an element; null when nobody wants it.</summary>
        public Node? FindElement(int index)
        {
            foreach (var element in Elements)
                if (element.Index == index)
                    return element.Node;
            return null;
        }

        internal Node FindOrAdd(JsonPathStep step, PathTree tree)
        {
            if (step.Member is null)
            {
                if (FindElement(step.Index) is { } element)
                    return element;
                Elements = [.. Elements, (step.Index, tree.AddRoot())];
                return Elements[^1].Node;
            }
            var name = Encoding.UTF8.GetBytes(step.Member);
            foreach (var member in _members)
                if (member.Name.AsSpan().SequenceEqual(name))
                    return member.Node;
            _members = [.. _members, new Child(name, tree.AddRoot())];
            BuildBuckets();
            return _members[^1].Node;
        }

        private void BuildBuckets()
        {
            var bits = 1;
            while (1 << bits < _members.Length * 2)
                bits++;
            _shift = 32 - bits;
            _buckets = new Bucket[1 << bits];
            _buckets.AsSpan().Fill(new Bucket(0, [], null));
            foreach (var member in _members)
            {
                var padded = new byte[Math.Max(member.Name.Length, sizeof(ulong))];
                member.Name.CopyTo(padded, 0);
                var head = Head(ref padded[0], member.Name.Length);
                var i = Hash(head, member.Name.Length) >> _shift;
                while (_buckets[i & (uint)(_buckets.Length - 1)].Node is not null)
                    i++;
                _buckets[i & (uint)(_buckets.Length - 1)] = new Bucket(head, member.Name, member.Node);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Head(ref byte name, int length)
        {
            var head = Unsafe.ReadUnaligned<ulong>(ref name);
            return length >= sizeof(ulong) ? head : head & (1UL << (length * 8)) - 1;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static uint Hash(ulong head, int length) => (uint)((head + (uint)length) * 0x9E37_79B9_7F4A_7C15 >> 32);

        private sealed record Child(byte[] Name, Node Node);

        private readonly record struct Bucket(ulong Head, byte[] Name, Node? Node);
    }
}
