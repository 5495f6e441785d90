using System.Text.Json;

namespace Signals.CosmosEmulator.Query;

/// <summary>Where a page ended: at which item, for an ordered query at which value, and how much of OFFSET and LIMIT is used up.</summary>
internal sealed record QueryContinuation(ulong Slot, JsonElement? Value, int Skipped, int Returned)
{
    public static QueryContinuation Start { get; } = new(0, null, 0, 0);

    /// <summary>Null if the text is no continuation of this emulator.</summary>
    public static QueryContinuation? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return Start;
        try
        {
            return JsonSerializer.Deserialize<QueryContinuation>(Convert.FromBase64String(text));
        }
        catch (Exception invalid) when (invalid is FormatException or JsonException)
        {
            return null;
        }
    }

    public override string ToString() => Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(this));
}

/// <summary>
/// Where a client continues an ordered query that it had from several ranges: after (or from) a value and, on the range where it
/// stopped, an item.
/// </summary>
internal sealed record ResumeFilter(QueryValue Value, ulong? Slot, bool Exclude);
