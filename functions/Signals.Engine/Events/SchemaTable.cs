using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Engine.Events;

/// <summary>
/// Finds, for the Iglu URI of an event or entity, the selectors that want it. A URI matches a selector in its own form
/// <c>iglu:vendor/name/format/model-…</c>, whatever the format, and in the form that canonical JSON leaves of it (see
/// <see cref="SchemaMember"/>).
/// </summary>
internal sealed class SchemaTable
{
    /// <summary>No selector wants it.</summary>
    public const int NoEntry = -1;

    private readonly Dictionary<SchemaSelector, int> _selectors = [];
    private readonly List<Entry> _entries = [];
    private int[] _buckets = [NoEntry];

    private static ReadOnlySpan<byte> UriStart => "iglu:"u8;

    /// <summary>Number of selectors; each is identified by a number below it.</summary>
    public int Count => _selectors.Count;

    /// <summary>The number of a selector, which is added when it is new.</summary>
    public int Add(SchemaSelector selector)
    {
        if (_selectors.TryGetValue(selector, out var known))
            return known;
        var number = _selectors.Count;
        _selectors.Add(selector, number);
        AddEntry($"{selector.Vendor}/{selector.Name}", selector.MajorVersion, number);
        AddEntry($"{SchemaMember.Vendor}/{SchemaMember.NameOf(selector.Vendor, selector.Name)}", selector.MajorVersion, number);
        return number;
    }

    /// <summary>The first entry for a URI; negative when there is none.</summary>
    public int Find(ReadOnlySpan<byte> uri) => TrySplit(uri, out var key, out var model) ? FirstAlike(key, model) : NoEntry;

    /// <summary>The next entry that has the same URI; negative when there is none. Only canonical JSON makes two selectors alike.</summary>
    public int Next(int entry) => _entries[entry].NextAlike;

    /// <summary>The number of the selector of an entry.</summary>
    public int SelectorOf(int entry) => _entries[entry].Selector;

    // key: the URI up to before the format, "iglu:" included
    private static bool TrySplit(ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> key, out int model)
    {
        key = default;
        model = 0;
        var version = uri.Length - 1;
        while (version >= 0 && uri[version] != '/')
            version--;
        if (version < 0 || !uri.StartsWith(UriStart))
            return false;
        foreach (var c in uri[(version + 1)..])
        {
            if (c == '-')
                break;
            if ((uint)(c - '0') > 9 || model > 99_999_999)
                return false;
            model = model * 10 + c - '0';
        }
        var format = uri[..version].EndsWith("/jsonschema"u8) ? version - "/jsonschema".Length : uri[..version].LastIndexOf((byte)'/');
        if (format < UriStart.Length + 3)
            return false;
        key = uri[..format];
        return true;
    }

    private bool Fits(int entry, ReadOnlySpan<byte> key, int model)
    {
        var candidate = CollectionsMarshal.AsSpan(_entries)[entry];
        return candidate.Model == model && candidate.Key.AsSpan().SequenceEqual(key);
    }

    private void AddEntry(string key, int model, int selector)
    {
        var entry = new Entry(Encoding.UTF8.GetBytes("iglu:" + key), model, selector);
        var alike = FirstAlike(entry.Key, model);
        if (alike >= 0)
        {
            // It comes second in a chain whose first is found through the buckets.
            entry = entry with { NextAlike = _entries[alike].NextAlike };
            _entries[alike] = _entries[alike] with { NextAlike = _entries.Count };
            _entries.Add(entry with { IsAlike = true });
            return;
        }
        _entries.Add(entry);
        if (_entries.Count * 2 <= _buckets.Length)
        {
            Place(_entries.Count - 1);
            return;
        }
        _buckets = new int[_buckets.Length * 4];
        _buckets.AsSpan().Fill(NoEntry);
        for (var i = 0; i < _entries.Count; i++)
            if (!_entries[i].IsAlike)
                Place(i);
    }

    private int FirstAlike(ReadOnlySpan<byte> key, int model)
    {
        var entry = _buckets[Hash(key, model) & (uint)(_buckets.Length - 1)];
        while (entry >= 0 && !Fits(entry, key, model))
            entry = _entries[entry].NextInBucket;
        return entry;
    }

    private void Place(int entry)
    {
        ref var bucket = ref _buckets[Hash(_entries[entry].Key, _entries[entry].Model) & (uint)(_buckets.Length - 1)];
        _entries[entry] = _entries[entry] with { NextInBucket = bucket };
        bucket = entry;
    }

    // The last eight bytes of "iglu:vendor/name" tell most schemas apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Hash(ReadOnlySpan<byte> key, int model)
    {
        var tail = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(key), key.Length - sizeof(ulong)));
        return (uint)((tail + (uint)key.Length * 31UL + (uint)model) * 0x9E37_79B9_7F4A_7C15 >> 40);
    }

    private readonly record struct Entry(byte[] Key, int Model, int Selector)
    {
        public int NextAlike { get; init; } = NoEntry;

        public int NextInBucket { get; init; } = NoEntry;

        public bool IsAlike { get; init; }
    }
}
