using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Signals.Engine.Events;

/// <summary>Checks the columns of a line that are not plain text; an empty one costs next to nothing.</summary>
internal static class ColumnChecks
{
    private const int Group = 8;

    private static readonly AtomicColumnType[] Types = [.. AtomicColumns.All.Select(column => column.Type)];

    // Bit i of group g stands for column g * 8 + i + 1, set when the column has a type to check. Column 0 is text.
    private static readonly byte[] TypedColumns = BuildTypedColumns();

    /// <summary>Columns that are never empty (spec enriched-events, section 2, rule 10).</summary>
    public static ReadOnlySpan<int> Mandatory =>
        [AtomicColumns.CollectorTstamp, AtomicColumns.EventId, AtomicColumns.VCollector, AtomicColumns.VEtl];

    /// <summary>True when the mandatory columns are there and every typed column that is not empty fits its type.</summary>
    public static bool Pass(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends)
    {
        foreach (var column in Mandatory)
            if (ends[column] - ends[column - 1] == 1)
                return false;

        ref var first = ref MemoryMarshal.GetReference(ends);
        for (var group = 0; group < TypedColumns.Length; group++)
        {
            var column = group * Group + 1;
            var lengths = Vector256.LoadUnsafe(ref first, (nuint)column) - Vector256.LoadUnsafe(ref first, (nuint)column - 1);
            var filled = Vector256.GreaterThan(lengths, Vector256<int>.One).ExtractMostSignificantBits();
            for (var typed = filled & TypedColumns[group]; typed != 0; typed &= typed - 1)
                if (!Fits(line, ends, column + BitOperations.TrailingZeroCount(typed)))
                    return false;
        }
        for (var column = TypedColumns.Length * Group + 1; column < AtomicColumns.Count; column++)
            if (ends[column] - ends[column - 1] > 1 && !Fits(line, ends, column))
                return false;
        return true;
    }

    private static bool Fits(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, int column) =>
        ColumnText.Fits(Types[column], line[(ends[column - 1] + 1)..ends[column]]);

    private static byte[] BuildTypedColumns()
    {
        var groups = new byte[(AtomicColumns.Count - 1) / Group];
        for (var column = 1; column <= groups.Length * Group; column++)
            if (Types[column] != AtomicColumnType.Text)
                groups[(column - 1) / Group] |= (byte)(1 << (column - 1) % Group);
        return groups;
    }
}
