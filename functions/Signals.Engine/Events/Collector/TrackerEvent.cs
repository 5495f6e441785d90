using System.Text;

namespace Signals.Engine.Events;

/// <summary>One event on its way from the tracker's parameters to the columns of a line.</summary>
/// <param name="parameters">The tracker's parameters by name.</param>
internal sealed class TrackerEvent(IReadOnlyDictionary<string, string> parameters)
{
    private readonly string?[] _columns = new string?[AtomicColumns.Count];

    /// <summary>The tracker's parameters by name.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; } = parameters;

    /// <summary>What is wrong with the parameters.</summary>
    public List<BadRowMessage> Violations { get; } = [];

    /// <summary>What could not be derived from them.</summary>
    public List<BadRowMessage> Failures { get; } = [];

    /// <summary>The text of a column; null while it is empty.</summary>
    public string? this[int column]
    {
        get => _columns[column];
        set => _columns[column] = string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>The text of a column by its name.</summary>
    public string? this[string column]
    {
        get => _columns[AtomicColumns.IndexOf(column)];
        set => this[AtomicColumns.IndexOf(column)] = value;
    }

    /// <summary>A parameter; null when it is absent or empty.</summary>
    public string? Parameter(string name) => Parameters.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A text without what must not stand in a line: a tab becomes four spaces, other ASCII control characters go (spec 2, rule 3).</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.Contains('\u007f'))
            return text;
        var clean = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            if (c == '\t')
                clean.Append("    ");
            else if (c is >= ' ' and not '\u007f')
                clean.Append(c);
        return clean.ToString();
    }

    /// <summary>The line in UTF-8.</summary>
    public byte[] ToLine() => Encoding.UTF8.GetBytes(string.Join('\t', _columns));
}
