namespace Signals.Engine.Events;

/// <summary>How a line failed to be an enriched event: the <c>failure</c> of a <c>loader_parsing_error</c> (spec enriched-events, section 13.2).</summary>
public enum LineFailureKind
{
    /// <summary>There is not one tab in it.</summary>
    NotTsv,

    /// <summary>It has another number of columns than 131.</summary>
    FieldNumberMismatch,

    /// <summary>The number of columns is right, the content of some is not; or the record is in a form that is not read.</summary>
    RowDecodingError,
}

/// <summary>One thing that is wrong with a line.</summary>
/// <param name="Key">Name of the column; null when it is not about one.</param>
/// <param name="Value">Text of the column, cut to <see cref="MaxValueLength"/> characters.</param>
/// <param name="Message">What is wrong.</param>
public sealed record LineError(string? Key, string Value, string Message)
{
    /// <summary>Longest <see cref="Value"/> in characters; the whole line is in the payload of the bad row anyway.</summary>
    public const int MaxValueLength = 1024;
}

/// <summary>Why a line is not an enriched event.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="FieldCount">Number of columns that the line has.</param>
/// <param name="Errors">What is wrong; empty unless <see cref="LineFailureKind.RowDecodingError"/>.</param>
public sealed record LineFailure(LineFailureKind Kind, int FieldCount, IReadOnlyList<LineError> Errors)
{
    /// <summary>The failure of a line with a broken JSON column.</summary>
    /// <param name="error">What <see cref="EventProjection.TryRead"/> said; it begins with the name of the column.</param>
    public static LineFailure BrokenJson(string error)
    {
        var key = error.Split(' ', 2)[0];
        return Decoding([new LineError(AtomicColumns.IndexOf(key) < 0 ? null : key, "", error)]);
    }

    internal static LineFailure Decoding(IReadOnlyList<LineError> errors) => new(LineFailureKind.RowDecodingError, AtomicColumns.Count, errors);
}
