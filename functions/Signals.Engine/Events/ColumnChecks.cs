using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signals.Engine.Events;

/// <summary>
/// Checks the columns of a line that are not plain text. Which columns are filled is found out for many at a time, and one type is
/// checked after the other, so that a line costs little more than its filled columns do.
/// </summary>
internal static class ColumnChecks
{
    private const int Group = 8;
    private const int WordColumns = 64;
    private const int LowColumn = 1;
    private const int HighColumn = LowColumn + WordColumns;
    private const int LastColumn = AtomicColumns.Count - 1;

    private static readonly Columns Timestamps = ColumnsOf(AtomicColumnType.Timestamp);
    private static readonly Columns Integers = ColumnsOf(AtomicColumnType.Int32);
    private static readonly Columns Decimals = ColumnsOf(AtomicColumnType.Decimal, AtomicColumnType.Float);
    private static readonly Columns Booleans = ColumnsOf(AtomicColumnType.Boolean);
    private static readonly Columns Jsons = ColumnsOf(AtomicColumnType.Json);

    /// <summary>Columns that are never empty (spec enriched-events, section 2, rule 10).</summary>
    public static ReadOnlySpan<int> Mandatory =>
        [AtomicColumns.CollectorTstamp, AtomicColumns.EventId, AtomicColumns.VCollector, AtomicColumns.VEtl];

    /// <summary>True when the mandatory columns are there and every typed column that is not empty fits its type.</summary>
    /// <param name="line">The line.</param>
    /// <param name="ends">Where its 131 columns end.</param>
    public static bool Pass(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends)
    {
        foreach (var column in Mandatory)
            if (ends[column] - ends[column - 1] == 1)
                return false;

        var filled = new Columns(Filled(ends, LowColumn), Filled(ends, HighColumn));
        return ColumnText.IsUuid(Text(line, ends, AtomicColumns.EventId))
            && All<TimestampCheck>(line, ends, filled & Timestamps)
            && All<IntegerCheck>(line, ends, filled & Integers)
            && All<JsonCheck>(line, ends, filled & Jsons)
            && All<BooleanCheck>(line, ends, filled & Booleans)
            && All<DecimalCheck>(line, ends, filled & Decimals)
            && (ends[LastColumn] - ends[LastColumn - 1] == 1 || TimestampCheck.Fits(line, ends[LastColumn - 1] + 1, ends[LastColumn]));
    }

    /// <summary>A bit for each of 64 columns, set when it is not empty.</summary>
    private static ulong Filled(ReadOnlySpan<int> ends, int firstColumn)
    {
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetReference(ends), firstColumn);
        ulong filled = 0;
        for (var i = 0; i < WordColumns; i += Group)
        {
            var lengths = Vector256.LoadUnsafe(ref first, (nuint)i) - Vector256.LoadUnsafe(ref Unsafe.Subtract(ref first, 1), (nuint)i);
            filled |= (ulong)Vector256.GreaterThan(lengths, Vector256<int>.One).ExtractMostSignificantBits() << i;
        }
        return filled;
    }

    private static bool All<TCheck>(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, Columns columns)
        where TCheck : IColumnCheck =>
        All<TCheck>(line, ends, columns.Low, LowColumn) && All<TCheck>(line, ends, columns.High, HighColumn);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool All<TCheck>(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, ulong columns, int firstColumn)
        where TCheck : IColumnCheck
    {
        for (; columns != 0; columns &= columns - 1)
        {
            var column = firstColumn + BitOperations.TrailingZeroCount(columns);
            if (!TCheck.Fits(line, ends[column - 1] + 1, ends[column]))
                return false;
        }
        return true;
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, int column) => line[(ends[column - 1] + 1)..ends[column]];

    private static Columns ColumnsOf(params AtomicColumnType[] types)
    {
        ulong low = 0, high = 0;
        for (var i = 0; i < WordColumns; i++)
        {
            low |= types.Contains(AtomicColumns.All[LowColumn + i].Type) ? 1UL << i : 0;
            high |= types.Contains(AtomicColumns.All[HighColumn + i].Type) ? 1UL << i : 0;
        }
        return new Columns(low, high);
    }

    /// <summary>A set of columns: 1 to 64 and 65 to 128. Column 0 and 129 are text, 130 is checked by itself.</summary>
    private readonly record struct Columns(ulong Low, ulong High)
    {
        public static Columns operator &(Columns left, Columns right) => new(left.Low & right.Low, left.High & right.High);
    }

    private interface IColumnCheck
    {
        static abstract bool Fits(ReadOnlySpan<byte> line, int start, int end);
    }

    private readonly struct TimestampCheck : IColumnCheck
    {
        public static bool Fits(ReadOnlySpan<byte> line, int start, int end) => EventTime.TryParse(line[start..end], out _);
    }

    private readonly struct IntegerCheck : IColumnCheck
    {
        // Every integer column is followed by more than eight tabs, so a short number can be looked at as a whole.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Fits(ReadOnlySpan<byte> line, int start, int end)
        {
            var length = end - start;
            if (length > sizeof(ulong))
                return ColumnText.IsInt32(line[start..end]);
            var digits = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(line), start));
            var others = 64 - length * 8;
            const ulong zeros = 0x3030_3030_3030_3030;
            const ulong highHalves = 0xF0F0_F0F0_F0F0_F0F0;
            var unlike = ((digits & highHalves) ^ zeros) | ((digits + 0x0606_0606_0606_0606 & highHalves) ^ zeros);
            return unlike << others == 0 || ColumnText.IsInt32(line[start..end]);
        }
    }

    private readonly struct JsonCheck : IColumnCheck
    {
        public static bool Fits(ReadOnlySpan<byte> line, int start, int end) => ColumnText.HasBraces(line[start..end]);
    }

    private readonly struct BooleanCheck : IColumnCheck
    {
        public static bool Fits(ReadOnlySpan<byte> line, int start, int end) => end - start == 1 && (line[start] | 1) == '1';
    }

    private readonly struct DecimalCheck : IColumnCheck
    {
        public static bool Fits(ReadOnlySpan<byte> line, int start, int end) => ColumnText.IsDecimal(line[start..end]);
    }
}
