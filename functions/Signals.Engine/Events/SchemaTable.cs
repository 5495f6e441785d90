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

    private readonly List<SchemaSelector> _selectors = [];
    private readonly List<Entry> _entries = [];
    private int[] _buckets = [NoEntry];

    private static ReadOnlySpan<byte> UriStart => "iglu:"u8;

    /// <summary>Number of selectors; each is identified by a number below it.</summary>
    public int Count => _selectors.Count;

    /// <summary>The number of a selector, which is added when it is new.</summary>
    public int Add(SchemaSelector selector)
    {
        var known = _selectors.IndexOf(selector);
        if (known >= 0)
            return known;
        _selectors.Add(selector);
        AddEntry($"{selector.Vendor}/{selector.Name}", selector.MajorVersion, _selectors.Count - 1);
        AddEntry($"{SchemaMember.Vendor}/{SchemaMember.NameOf(selector.Vendor, selector.Name)}", selector.MajorVersion, _selectors.Count - 1);
        return _selectors.Count - 1;
    }

    /// <summary>The first entry for a URI; negative when there is none.</summary>
    public int Find(ReadOnlySpan<byte> uri)
    {
        if (!TrySplit(uri, out var key, out var model))
            return NoEntry;
        var entry = _buckets[Hash(key, model) & (uint)(_buckets.Length - 1)];
        while (entry >= 0 && !Fits(entry, key, model))
            entry = _entries[entry].NextInBucket;
        return entry;
    }

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
        for (var i = 0; i < _entries.Count; i++)
            if (_entries[i].NextAlike < 0 && Fits(i, entry.Key, model))
            {
                _entries[i] = _entries[i] with { NextAlike = _entries.Count };
                _entries.Add(entry);
                return;
            }
        _entries.Add(entry);
        BuildBuckets();
    }

    private void BuildBuckets()
    {
        var size = 2;
        while (size < _entries.Count * 2)
            size *= 2;
        _buckets = new int[size];
        _buckets.AsSpan().Fill(NoEntry);
        var following = _entries.Select(entry => entry.NextAlike).ToHashSet();
        for (var i = 0; i < _entries.Count; i++)
        {
            if (following.Contains(i))
                continue;
            ref var bucket = ref _buckets[Hash(_entries[i].Key, _entries[i].Model) & (uint)(size - 1)];
            _entries[i] = _entries[i] with { NextInBucket = bucket };
            bucket = i;
        }
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
    }
}
