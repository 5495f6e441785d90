using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signals.Engine.Events;

/// <summary>
/// Walks the JSON in a column of a line, forwards and in place. Methods take the offset of what they read and return the offset
/// after it, or a negative number once something is wrong; <see cref="Fault"/> then says what. What nobody asked for is skipped
/// by counting brackets outside strings, so a broken structure is always found, while a malformed scalar inside may pass.
/// </summary>
internal ref struct JsonScanner
{
    /// <summary>Deepest nesting, the outermost object being 1.</summary>
    public const int MaxDepth = 64;

    private const int Block = 64;
    private const int HalfBlock = 32;

    // A JSON column is followed by at least eight tabs, so eight bytes can be read from any offset up to its end.
    private readonly ref byte _first;
    private readonly int _lineLength;
    private readonly int _end;

    /// <summary>Makes a scanner of the JSON that ends at <paramref name="end"/>, a column of an enriched line.</summary>
    public JsonScanner(ReadOnlySpan<byte> line, int end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, line.Length - sizeof(ulong), nameof(end));
        _first = ref MemoryMarshal.GetReference(line);
        _lineLength = line.Length;
        _end = end;
    }

    /// <summary>What is wrong; null while nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Offset in the line at which it is wrong.</summary>
    public int FaultOffset { get; private set; }

    /// <summary>Offset of the end of the JSON.</summary>
    public readonly int End => _end;

    /// <summary>Notes a fault, the first one only, and returns the negative number that stands for it.</summary>
    public int Fail(int offset, string reason)
    {
        if (Fault is null)
        {
            Fault = reason;
            FaultOffset = Math.Min(offset, _end);
        }
        return -1;
    }

    /// <summary>The byte at an offset; the tab after the column when it is the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly byte At(int offset) => Unsafe.Add(ref _first, offset);

    /// <summary>The place of the byte at an offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref byte RefAt(int offset) => ref Unsafe.Add(ref _first, offset);

    /// <summary>The eight bytes from an offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong EightAt(int offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref _first, offset));

    /// <summary>The bytes of a range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ReadOnlySpan<byte> Slice(int start, int end) => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref _first, start), end - start);

    /// <summary>The offset of the next byte that is not white space, at most the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int SkipSpace(int offset) => At(offset) > ' ' ? offset : SkipSpaceSlowly(offset);

    private readonly int SkipSpaceSlowly(int offset)
    {
        while (offset < _end && At(offset) is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            offset++;
        return Math.Min(offset, _end);
    }

    /// <summary>Reads a member name at its opening quote, and the colon. Returns the offset of the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SkipName(int offset, out int nameEnd, out bool escaped)
    {
        nameEnd = 0;
        escaped = false;
        if (At(offset) != '"')
            return Fail(offset, "a member name is missing");
        nameEnd = StringEnd(offset + 1, out escaped);
        if (nameEnd < 0)
            return -1;
        var colon = SkipSpace(nameEnd + 1);
        return At(colon) == ':' ? SkipSpace(colon + 1) : Fail(colon, "a colon is missing");
    }

    /// <summary>Finds the quote that closes a string; <paramref name="offset"/> is after the opening one.</summary>
    public int StringEnd(int offset, out bool escaped)
    {
        escaped = false;
        while (offset < _end)
        {
            if (offset <= _lineLength - HalfBlock)
            {
                var bytes = Vector256.LoadUnsafe(ref _first, (nuint)offset);
                var found = (Vector256.Equals(bytes, Vector256.Create((byte)'"')) | Vector256.Equals(bytes, Vector256.Create((byte)'\\')))
                    .ExtractMostSignificantBits();
                if (found == 0)
                {
                    offset += HalfBlock;
                    continue;
                }
                offset += BitOperations.TrailingZeroCount(found);
                if (offset >= _end)
                    break;
            }
            var stop = At(offset);
            if (stop == '"')
                return offset;
            if (stop == '\\')
            {
                escaped = true;
                offset++;
            }
            offset++;
        }
        return Fail(_end, "a string is not closed");
    }

    /// <summary>Skips any value.</summary>
    /// <param name="offset">Its first byte.</param>
    /// <param name="depth">Depth of what it stands in.</param>
    public int ValueEnd(int offset, int depth)
    {
        switch (At(offset))
        {
            case (byte)'"':
                var end = StringEnd(offset + 1, out _);
                return end < 0 ? end : end + 1;
            case (byte)'{' or (byte)'[':
                return ContainerEnd(offset + 1, depth + 1);
            default:
                return ScalarEnd(offset);
        }
    }

    /// <summary>Skips a number or a literal, looking at no more than its first byte and where it ends.</summary>
    public int ScalarEnd(int offset)
    {
        var start = offset;
        if (At(offset) is not ((>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'t' or (byte)'f' or (byte)'n'))
            return Fail(offset, "a value is missing");
        while (offset < _end)
        {
            if (offset <= _lineLength - HalfBlock)
            {
                var bytes = Vector256.LoadUnsafe(ref _first, (nuint)offset);
                var stops = (Vector256.Equals(bytes, Vector256.Create((byte)','))
                    | Vector256.Equals(bytes | Vector256.Create((byte)0x20), Vector256.Create((byte)'}'))
                    | Vector256.LessThanOrEqual(bytes, Vector256.Create((byte)' '))).ExtractMostSignificantBits();
                if (stops != 0)
                    return Math.Min(offset + BitOperations.TrailingZeroCount(stops), _end);
                offset += HalfBlock;
            }
            else if (At(offset) is (byte)',' or (byte)'}' or (byte)']' or <= (byte)' ')
                return offset;
            else
                offset++;
        }
        return Fail(start, "a value is not ended");
    }

    /// <summary>Skips the rest of an object or array to after its closing bracket, 64 bytes at a time.</summary>
    /// <param name="offset">Anywhere inside it, outside strings and outside what is nested in it.</param>
    /// <param name="depth">Its own depth.</param>
    public int ContainerEnd(int offset, int depth)
    {
        if (depth > MaxDepth)
            return Fail(offset, "it is nested too deeply");
        ulong insideString = 0;
        ulong escapedFirst = 0;
        var level = depth;
        for (; offset < _end; offset += Block)
        {
            Classify(offset, out var quotes, out var backslashes, out var opening, out var closing);
            if ((backslashes | escapedFirst) != 0)
                quotes &= ~Escaped(backslashes, ref escapedFirst);
            var strings = PrefixXor(quotes) ^ insideString;
            insideString = (ulong)((long)strings >> 63);
            var counted = offset <= _end - Block ? ~strings : ~strings & (1UL << (_end - offset)) - 1;
            opening &= counted;
            closing &= counted;

            var opened = BitOperations.PopCount(opening);
            var closed = BitOperations.PopCount(closing);
            if (closed <= level - depth && level + opened <= MaxDepth)
            {
                level += opened - closed;
                continue;
            }
            for (var brackets = opening | closing; brackets != 0; brackets &= brackets - 1)
            {
                var place = BitOperations.TrailingZeroCount(brackets);
                if ((closing >> place & 1) == 0)
                {
                    if (++level > MaxDepth)
                        return Fail(offset + place, "it is nested too deeply");
                }
                else if (--level < depth)
                    return offset + place + 1;
            }
        }
        return Fail(_end, "a bracket is not closed");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Classify(int offset, out ulong quotes, out ulong backslashes, out ulong opening, out ulong closing)
    {
        Vector256<byte> low, high;
        if (offset <= _lineLength - Block)
        {
            low = Vector256.LoadUnsafe(ref _first, (nuint)offset);
            high = Vector256.LoadUnsafe(ref _first, (nuint)offset + HalfBlock);
        }
        else
            LoadLast(offset, out low, out high);

        quotes = Bits(low, high, (byte)'"');
        backslashes = Bits(low, high, (byte)'\\');
        // { and [, } and ] differ in one bit
        var lowCase = low | Vector256.Create((byte)0x20);
        var highCase = high | Vector256.Create((byte)0x20);
        opening = Bits(lowCase, highCase, (byte)'{');
        closing = Bits(lowCase, highCase, (byte)'}');
    }

    private readonly void LoadLast(int offset, out Vector256<byte> low, out Vector256<byte> high)
    {
        Span<byte> block = stackalloc byte[Block];
        block.Clear();
        Slice(offset, _lineLength).CopyTo(block);
        low = Vector256.Create<byte>(block);
        high = Vector256.Create<byte>(block[HalfBlock..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector256<byte> low, Vector256<byte> high, byte wanted) =>
        Vector256.Equals(low, Vector256.Create(wanted)).ExtractMostSignificantBits()
        | (ulong)Vector256.Equals(high, Vector256.Create(wanted)).ExtractMostSignificantBits() << HalfBlock;

    /// <summary>Bit i of the result is the parity of the bits 0 to i: set from an opening quote up to before the closing one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ bits << 32;
    }

    /// <summary>Which bytes are escaped by a backslash before them. <paramref name="escapedFirst"/> carries over to the next block.</summary>
    private static ulong Escaped(ulong backslashes, ref ulong escapedFirst)
    {
        const ulong evenPlaces = 0x5555_5555_5555_5555;
        backslashes &= ~escapedFirst;
        var following = backslashes << 1 | escapedFirst;
        // Adding the starts of runs that begin at an odd place carries through those runs and so tells their length's parity.
        var oddStarts = backslashes & ~evenPlaces & ~following;
        var sum = oddStarts + backslashes;
        escapedFirst = sum < oddStarts ? 1UL : 0;
        return (evenPlaces ^ sum << 1) & following;
    }
}
