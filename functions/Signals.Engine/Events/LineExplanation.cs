using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Signals.Engine.Events;

/// <summary>Finds everything that is wrong with a line that was refused. Not on the hot path.</summary>
internal static class LineExplanation
{
    /// <summary>Why the line was refused, in the order in which published readers check (spec enriched-events, section 2).</summary>
    public static LineFailure Of(ReadOnlySpan<byte> line)
    {
        if (Compression(line) is { } compression)
            return LineFailure.Decoding([new LineError(null, "", $"The record is compressed with {compression}; only plain TSV lines are read")]);

        Span<int> ends = stackalloc int[AtomicColumns.Count];
        if (!LineSplitter.TrySplit(line, ends, out _))
        {
            var count = LineSplitter.CountColumns(line);
            return new LineFailure(count == 1 ? LineFailureKind.NotTsv : LineFailureKind.FieldNumberMismatch, count, []);
        }
        return LineFailure.Decoding(ColumnErrors(new EnrichedEvent(line, ends)));
    }

    private static string? Compression(ReadOnlySpan<byte> record) =>
        record.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) ? "zstd"
        : record.StartsWith<byte>([0x1F, 0x8B]) ? "gzip"
        : null;

    private static List<LineError> ColumnErrors(in EnrichedEvent enriched)
    {
        var errors = new List<LineError>();
        for (var i = 0; i < AtomicColumns.Count; i++)
        {
            var column = AtomicColumns.All[i];
            var text = enriched[i];
            if (text.IsEmpty)
            {
                if (ColumnChecks.Mandatory.Contains(i))
                    errors.Add(Error(column, text, $"Field {column.Name} cannot be empty"));
            }
            else if (!ColumnText.Fits(column.Type, text))
                errors.Add(Error(column, text, $"Cannot parse key {column.Name} into {NameOf(column.Type)}"));
            else if (!Utf8.IsValid(text))
                errors.Add(Error(column, text, $"Cannot parse key {column.Name} into UTF-8 text"));
            else if (column.Type == AtomicColumnType.Json && JsonError(text) is { } reason)
                errors.Add(Error(column, text, $"Cannot parse key {column.Name} into JSON: {reason}"));
        }
        return errors;
    }

    private static LineError Error(AtomicColumn column, ReadOnlySpan<byte> text, string message)
    {
        var value = Encoding.UTF8.GetString(text[..Math.Min(text.Length, LineError.MaxValueLength)]);
        return new LineError(column.Name, value, message);
    }

    private static string NameOf(AtomicColumnType type) => type switch
    {
        AtomicColumnType.Int32 => "integer",
        AtomicColumnType.Decimal or AtomicColumnType.Float => "double",
        AtomicColumnType.Boolean => "boolean",
        AtomicColumnType.Timestamp => "datetime",
        AtomicColumnType.Uuid => "UUID",
        _ => "JSON",
    };

    private static string? JsonError(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
            }
            return null;
        }
        catch (JsonException exception)
        {
            return exception.Message;
        }
    }
}
