using System.Runtime.InteropServices;

namespace Signals.Engine.Events;

/// <summary>One pass of an <see cref="EventProjection"/> over the JSON columns of one event.</summary>
internal ref struct ProjectionScan
{
    private const int ColumnDepth = 1;
    private const int Unread = -2;

    // The beginnings of members as eight bytes.
    private static readonly ulong SchemaName = BitConverter.ToUInt64("\"schema\""u8);
    private static readonly ulong DataName = BitConverter.ToUInt64("\"data\":\0"u8);
    private const ulong SevenBytes = 0x00FF_FFFF_FFFF_FFFF;

    private readonly ProjectionPlan _plan;
    private readonly Span<SlotValue> _slots;
    private readonly Span<ulong> _seen;
    private readonly Span<int> _counts;
    private JsonScanner _json;

    /// <summary>Prepares a scan of one column.</summary>
    /// <param name="json">The column.</param>
    /// <param name="plan">What is wanted.</param>
    /// <param name="slots">Where found values go.</param>
    /// <param name="scratch">Zeroes at first; shared by the scans of an event.</param>
    public ProjectionScan(JsonScanner json, ProjectionPlan plan, Span<SlotValue> slots, Span<ulong> scratch)
    {
        _json = json;
        _plan = plan;
        _slots = slots;
        _seen = scratch[..plan.SeenWords];
        _counts = MemoryMarshal.Cast<ulong, int>(scratch[plan.SeenWords..]);
    }

    /// <summary>What is wrong with the column; null when nothing is.</summary>
    public readonly string? Fault => _json.Fault;

    /// <summary>Offset in the line at which it is wrong.</summary>
    public readonly int FaultOffset => _json.FaultOffset;

    /// <summary>
    /// Reads an envelope: a self-describing JSON whose <c>data</c> is one self-describing JSON or, for entities, an array of them.
    /// Its own schema is not compared: some producers name another envelope or version, and the shape says enough.
    /// </summary>
    public bool ReadEnvelope(int offset, bool entities)
    {
        offset = _json.SkipSpace(offset);
        if (_json.At(offset) != '{')
            return _json.Fail(offset, "it is not an object") >= 0;
        var read = false;
        offset = _json.SkipSpace(offset + 1);
        while (_json.At(offset) != '}')
        {
            offset = SkipName(offset, out var name);
            if (offset < 0)
                return false;
            if (name == EnvelopeMember.Data && !read)
            {
                read = true;
                offset = entities ? ReadEntities(offset) : ReadPayload(offset);
            }
            else
                offset = _json.ValueEnd(offset, ColumnDepth);
            if (offset < 0 || (offset = NextMember(offset)) < 0)
                return false;
        }
        offset = _json.SkipSpace(offset + 1);
        return offset == _json.End || _json.Fail(offset, "there is text after its end") >= 0;
    }

    private int ReadPayload(int offset) => _json.At(offset) switch
    {
        (byte)'{' => ReadSelfDescribing(offset, ColumnDepth + 1),
        (byte)'n' => _json.ScalarEnd(offset),
        _ => _json.Fail(offset, "the payload is not an object"),
    };

    private int ReadEntities(int offset)
    {
        if (_json.At(offset) == 'n')
            return _json.ScalarEnd(offset);
        if (_json.At(offset) != '[')
            return _json.Fail(offset, "the data is not an array");
        offset = _json.SkipSpace(offset + 1);
        if (_json.At(offset) == ']')
            return offset + 1;
        while (true)
        {
            if (_json.At(offset) != '{')
                return _json.Fail(offset, "an entity is not an object");
            offset = ReadSelfDescribing(offset, ColumnDepth + 2);
            if (offset < 0)
                return offset;
            offset = _json.SkipSpace(offset);
            if (_json.At(offset) == ']')
                return offset + 1;
            if (_json.At(offset) != ',')
                return _json.Fail(offset, "a comma is missing");
            offset = _json.SkipSpace(offset + 1);
        }
    }

    private int ReadSelfDescribing(int offset, int depth)
    {
        var schema = Unread;
        var data = Unread;
        offset = _json.SkipSpace(offset + 1);
        while (_json.At(offset) != '}')
        {
            offset = SkipName(offset, out var name);
            if (offset < 0)
                return offset;
            if (name == EnvelopeMember.Schema && schema == Unread)
            {
                offset = ReadSchema(offset, out schema);
                if (offset >= 0 && data >= 0 && ReadData(schema, data, depth) < 0)
                    return -1;
            }
            else if (name == EnvelopeMember.Data && data == Unread)
            {
                data = offset;
                offset = ReadData(schema, offset, depth);
            }
            else
                offset = _json.ValueEnd(offset, depth);
            if (offset < 0 || (offset = NextMember(offset)) < 0)
                return offset;
        }
        return schema == Unread || data == Unread ? _json.Fail(offset, "a schema or its data is missing") : offset + 1;
    }

    private int ReadSchema(int offset, out int entry)
    {
        entry = Unread;
        if (_json.At(offset) != '"')
            return _json.Fail(offset, "a schema is not a string");
        var end = _json.StringEnd(offset + 1, out var escaped);
        if (end < 0)
            return end;
        var uri = _json.Slice(offset + 1, end);
        entry = escaped ? FindEscaped(uri) : _plan.Schemas.Find(uri);
        return end + 1;
    }

    private readonly int FindEscaped(ReadOnlySpan<byte> uri)
    {
        Span<byte> buffer = stackalloc byte[512];
        return uri.Length <= buffer.Length && JsonText.TryUnescape(uri, buffer, out var length)
            ? _plan.Schemas.Find(buffer[..length])
            : SchemaTable.NoEntry;
    }

    private int ReadData(int entry, int offset, int depth)
    {
        var end = Unread;
        for (; entry >= 0; entry = _plan.Schemas.Next(entry))
        {
            var selector = _plan.Schemas.SelectorOf(entry);
            var root = _plan.RootOf(selector, _counts[selector]++);
            if (root is not null && (end = ReadValue(offset, root, depth)) < 0)
                return end;
        }
        return end == Unread ? _json.ValueEnd(offset, depth) : end;
    }

    /// <summary>Reads a wanted value whose container has the given depth.</summary>
    private int ReadValue(int offset, PathTree.Node node, int depth)
    {
        switch (_json.At(offset))
        {
            case (byte)'{':
                var objectEnd = node.MemberCount > 0 ? ReadObject(offset + 1, node, depth + 1) : _json.ContainerEnd(offset + 1, depth + 1);
                return Take(node, SlotKind.Object, offset, objectEnd);
            case (byte)'[':
                var arrayEnd = node.ElementCount > 0 ? ReadArray(offset + 1, node, depth + 1) : _json.ContainerEnd(offset + 1, depth + 1);
                return Take(node, SlotKind.Array, offset, arrayEnd);
            case (byte)'"':
                return TakeString(node, offset);
            default:
                return TakeScalar(node, offset);
        }
    }

    private int ReadObject(int offset, PathTree.Node node, int depth)
    {
        if (depth > JsonScanner.MaxDepth)
            return _json.Fail(offset, "it is nested too deeply");
        var missing = node.MemberCount;
        offset = _json.SkipSpace(offset);
        while (_json.At(offset) != '}')
        {
            // Of members of the same name the first counts, so the rest of an object can be skipped once all was found.
            if (missing == 0)
                return _json.ContainerEnd(offset, depth);
            var start = offset + 1;
            offset = _json.SkipName(offset, out var nameEnd, out var escaped);
            if (offset < 0)
                return offset;
            var child = escaped
                ? node.FindEscapedMember(_json.Slice(start, nameEnd))
                : node.FindMember(ref _json.RefAt(start), nameEnd - start);
            if (child is not null && SeeFirst(child.Id))
            {
                missing--;
                offset = ReadValue(offset, child, depth);
            }
            else
                offset = _json.ValueEnd(offset, depth);
            if (offset < 0 || (offset = NextMember(offset)) < 0)
                return offset;
        }
        return offset + 1;
    }

    private int ReadArray(int offset, PathTree.Node node, int depth)
    {
        if (depth > JsonScanner.MaxDepth)
            return _json.Fail(offset, "it is nested too deeply");
        offset = _json.SkipSpace(offset);
        if (_json.At(offset) == ']')
            return offset + 1;
        var missing = node.ElementCount;
        for (var index = 0; missing > 0; index++)
        {
            var child = node.FindElement(index);
            if (child is not null)
                missing--;
            offset = child is not null ? ReadValue(offset, child, depth) : _json.ValueEnd(offset, depth);
            if (offset < 0)
                return offset;
            offset = _json.SkipSpace(offset);
            if (_json.At(offset) == ']')
                return offset + 1;
            if (_json.At(offset) != ',')
                return _json.Fail(offset, "a comma is missing");
            offset = _json.SkipSpace(offset + 1);
        }
        return _json.ContainerEnd(offset, depth);
    }

    private int TakeString(PathTree.Node node, int offset)
    {
        var end = _json.StringEnd(offset + 1, out var escaped);
        if (end < 0)
            return end;
        if (escaped && !JsonText.HasValidEscapes(_json.Slice(offset + 1, end)))
            return _json.Fail(offset, "an escape is malformed");
        foreach (var slot in node.Slots)
            _slots[slot] = new SlotValue(escaped ? SlotKind.EscapedText : SlotKind.Text, offset + 1, end - offset - 1);
        return end + 1;
    }

    private int TakeScalar(PathTree.Node node, int offset)
    {
        var end = _json.ScalarEnd(offset);
        if (end < 0)
            return end;
        var text = _json.Slice(offset, end);
        var kind = text[0] switch
        {
            (byte)'t' when text.SequenceEqual("true"u8) => SlotKind.True,
            (byte)'f' when text.SequenceEqual("false"u8) => SlotKind.False,
            (byte)'n' when text.SequenceEqual("null"u8) => SlotKind.Missing,
            _ when JsonText.IsNumber(text) => SlotKind.Number,
            _ => (SlotKind?)null,
        };
        if (kind is null)
            return _json.Fail(offset, "a value is malformed");
        if (kind != SlotKind.Missing)
            foreach (var slot in node.Slots)
                _slots[slot] = new SlotValue(kind.Value, offset, end - offset);
        return end;
    }

    private int Take(PathTree.Node node, SlotKind kind, int offset, int end)
    {
        if (end < 0 || node.Slots.Length == 0)
            return end;
        // It will be handed on as JSON, so now its inside has to be right, too.
        if (!JsonText.IsValid(_json.Slice(offset, end)))
            return _json.Fail(offset, "a value is malformed");
        foreach (var slot in node.Slots)
            _slots[slot] = new SlotValue(kind, offset, end - offset);
        return end;
    }

    private bool SeeFirst(int node)
    {
        ref var word = ref _seen[node >> 6];
        var bit = 1UL << (node & 63);
        var first = (word & bit) == 0;
        word |= bit;
        return first;
    }

    /// <summary>Reads the name of a member of a self-describing JSON.</summary>
    private int SkipName(int offset, out EnvelopeMember name)
    {
        var eight = _json.EightAt(offset);
        if (eight == SchemaName && _json.At(offset + 8) == ':')
        {
            name = EnvelopeMember.Schema;
            return _json.SkipSpace(offset + 9);
        }
        if ((eight & SevenBytes) == DataName)
        {
            name = EnvelopeMember.Data;
            return _json.SkipSpace(offset + 7);
        }
        var value = _json.SkipName(offset, out var end, out var escaped);
        name = EnvelopeMember.Other;
        if (value >= 0)
        {
            var text = _json.Slice(offset + 1, end);
            if (IsName(text, escaped, "schema"u8))
                name = EnvelopeMember.Schema;
            else if (IsName(text, escaped, "data"u8))
                name = EnvelopeMember.Data;
        }
        return value;
    }

    private static bool IsName(ReadOnlySpan<byte> text, bool escaped, ReadOnlySpan<byte> name)
    {
        if (!escaped)
            return text.SequenceEqual(name);
        Span<byte> buffer = stackalloc byte[64];
        return text.Length <= buffer.Length && JsonText.TryUnescape(text, buffer, out var length) && buffer[..length].SequenceEqual(name);
    }

    /// <summary>After a value of an object: the offset of the next member, or of the closing brace.</summary>
    private int NextMember(int offset)
    {
        offset = _json.SkipSpace(offset);
        if (_json.At(offset) == '}')
            return offset;
        if (_json.At(offset) != ',')
            return _json.Fail(offset, offset == _json.End ? "it is cut off" : "a comma is missing");
        offset = _json.SkipSpace(offset + 1);
        return _json.At(offset) == '"' ? offset : _json.Fail(offset, "a member name is missing");
    }

    private enum EnvelopeMember : byte
    {
        Other,
        Schema,
        Data,
    }
}
