using System.Buffers;
using System.Globalization;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>The texts that identities are written in.</summary>
public static class IdentityText
{
    /// <summary>Length of <see cref="WriteTime"/> in bytes.</summary>
    public const int TimeLength = 24;

    /// <summary>ISO 8601 in UTC with milliseconds: <c>2024-01-15T10:30:00.000Z</c>.</summary>
    public static string Time(EventTime time) =>
        time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Writes the same as <see cref="Time"/> in UTF-8, without allocating.</summary>
    public static void WriteTime(EventTime time, IBufferWriter<byte> output)
    {
        time.ToDateTimeOffset().TryFormat(output.GetSpan(TimeLength), out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    /// <summary>Writes the text of an id in UTF-8.</summary>
    public static void WriteId(SnowplowId id, IBufferWriter<byte> output)
    {
        id.WriteText(output.GetSpan(SnowplowId.TextLength));
        output.Advance(SnowplowId.TextLength);
    }

    /// <summary>The names of reasons, as they stand in decisions and answers.</summary>
    public static IEnumerable<string> Names(ResolutionReasons reasons)
    {
        if (reasons.HasFlag(ResolutionReasons.MergeLimitExceeded))
            yield return "merge_limit_exceeded";
        if (reasons.HasFlag(ResolutionReasons.IdentifierLimitExceeded))
            yield return "identifier_limit_exceeded";
        if (reasons.HasFlag(ResolutionReasons.UniqueIdentifierConflict))
            yield return "unique_identifier_conflict";
        if (reasons.HasFlag(ResolutionReasons.HubIdentifier))
            yield return "hub_identifier";
        if (reasons.HasFlag(ResolutionReasons.QuarantinedIdentifier))
            yield return "quarantined_identifier";
    }
}
