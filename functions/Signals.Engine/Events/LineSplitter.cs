using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signals.Engine.Events;

/// <summary>Finds the 131 columns of a line in one vectorised pass.</summary>
internal static class LineSplitter
{
    private const int Block = 64;
    private const int Unrolled = 4;
    private const int Tabs = AtomicColumns.Count - 1;

    /// <summary>
    /// Writes the end offset of every column to <paramref name="ends"/> (131 places or more). False when the line has not exactly
    /// 131 columns. <paramref name="ascii"/> says whether all its bytes are below 0x80.
    /// </summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, Span<int> ends, out bool ascii)
    {
        ref var first = ref MemoryMarshal.GetReference(line);
        ref var target = ref MemoryMarshal.GetReference(ends);
        var bits = Vector256<byte>.Zero;
        var count = 0;
        var offset = 0;
        ascii = false;

        for (; offset <= line.Length - Block; offset += Block)
            if (!TryAppend(ref target, ref count, TabsAt(ref first, offset, ref bits), offset))
                return false;

        if (offset < line.Length)
        {
            var mask = line.Length >= Block
                // The last block again, without the bytes that were already looked at.
                ? TabsAt(ref first, line.Length - Block, ref bits) >> (Block - (line.Length - offset))
                : TabsOfShortLine(line, ref bits);
            if (!TryAppend(ref target, ref count, mask, offset))
                return false;
        }

        if (count != Tabs)
            return false;
        ends[Tabs] = line.Length;
        ascii = bits.ExtractMostSignificantBits() == 0;
        return true;
    }

    /// <summary>The number of columns in a line of any shape.</summary>
    public static int CountColumns(ReadOnlySpan<byte> line) => line.Count((byte)'\t') + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong TabsAt(ref byte first, int offset, ref Vector256<byte> bits)
    {
        var tab = Vector256.Create((byte)'\t');
        var low = Vector256.LoadUnsafe(ref first, (nuint)offset);
        var high = Vector256.LoadUnsafe(ref first, (nuint)offset + 32);
        bits |= low | high;
        return Vector256.Equals(low, tab).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(high, tab).ExtractMostSignificantBits() << 32);
    }

    private static ulong TabsOfShortLine(ReadOnlySpan<byte> line, ref Vector256<byte> bits)
    {
        Span<byte> block = stackalloc byte[Block];
        block.Clear();
        line.CopyTo(block);
        return TabsAt(ref MemoryMarshal.GetReference(block), 0, ref bits);
    }

    /// <summary>
    /// Appends the offsets of the set bits. It writes four at a time, also where fewer are set, because a loop of unknown length
    /// costs more than stores that are overwritten by the next block.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryAppend(ref int target, ref int count, ulong tabs, int offset)
    {
        if (tabs == 0)
            return true;
        var end = count + BitOperations.PopCount(tabs);
        if (end > Tabs)
            return false;
        var next = count;
        for (; next < end && next <= Tabs - Unrolled; next += Unrolled)
        {
            ref var place = ref Unsafe.Add(ref target, next);
            Append(ref place, ref tabs, offset);
            Append(ref Unsafe.Add(ref place, 1), ref tabs, offset);
            Append(ref Unsafe.Add(ref place, 2), ref tabs, offset);
            Append(ref Unsafe.Add(ref place, 3), ref tabs, offset);
        }
        for (; next < end; next++)
            Append(ref Unsafe.Add(ref target, next), ref tabs, offset);
        count = end;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(ref int place, ref ulong tabs, int offset)
    {
        place = offset + BitOperations.TrailingZeroCount(tabs);
        tabs &= tabs - 1;
    }
}
