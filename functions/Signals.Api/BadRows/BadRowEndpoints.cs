using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Events;

namespace Signals.Api.BadRows;

/// <summary>Reads what could not be processed: <c>GET /api/v1/bad-rows</c>.</summary>
internal static class BadRowEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int PageRows = 10;

    /// <summary>A bad row holds up to a whole line of input; an answer is cut between two rows once it is this large.</summary>
    private const int MaxAnswerBytes = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/bad-rows", ListAsync)
            .RequireScope(AccessScopes.EventsRead)
            .Describe("Bad rows", "The newest bad rows, newest first, and how many there are of each kind.")
            .TakesQuery("limit", "How many rows, 1 to 1000; 100 when absent. Fewer come when they are large.", JsonValueKind.Number)
            .TakesQuery("before", "The member next of an earlier answer: goes on where that one ended.")
            .TakesQuery("kind", "Only rows of this kind, for instance loader_parsing_error.")
            .Answers<BadRowList>()
            .Refuses(StatusCodes.Status400BadRequest);

    private static async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (!TryReadLimit(query["limit"], out var limit))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, $"limit: expected an integer from 1 to {MaxLimit}");
            return;
        }
        if (!TryReadPosition(query["before"], out var before))
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, "before: expected the member next of an earlier answer");
            return;
        }
        var kind = query["kind"].ToString();
        if (kind.Length > 128)
        {
            await ApiErrors.WriteErrorAsync(context, StatusCodes.Status400BadRequest, "kind: expected at most 128 characters");
            return;
        }

        var store = context.RequestServices.GetRequiredService<IBadRowStore>();
        using var answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        WriteCounts(answer.Writer, await store.CountAsync(context.RequestAborted));
        var next = await WriteRowsAsync(answer.Writer, store, limit, before, kind.Length == 0 ? null : kind, context.RequestAborted);
        answer.Writer.WriteString("next", next);
        answer.Writer.WriteEndObject();
        await answer.SendAsync(context);
    }

    private static void WriteCounts(Utf8JsonWriter writer, IReadOnlyDictionary<string, long> counts)
    {
        writer.WriteNumber("total", counts.Values.Sum());
        writer.WriteStartObject("counts");
        foreach (var (kind, count) in counts.OrderBy(c => c.Key, StringComparer.Ordinal))
            writer.WriteNumber(kind, count);
        writer.WriteEndObject();
    }

    private static async Task<string?> WriteRowsAsync(
        Utf8JsonWriter writer, IBadRowStore store, int limit, LogPosition? before, string? kind, CancellationToken cancellationToken)
    {
        writer.WriteStartArray("rows");
        var written = 0;
        var isLast = false;
        while (!isLast && written < limit && writer.BytesCommitted + writer.BytesPending < MaxAnswerBytes)
        {
            var wanted = Math.Min(PageRows, limit - written);
            var rows = await store.ListAsync(wanted, before, kind, cancellationToken);
            foreach (var row in rows)
                WriteRow(writer, row);
            written += rows.Count;
            isLast = rows.Count < wanted;
            before = rows.Count == 0 ? before : rows[^1].Position;
        }
        writer.WriteEndArray();
        return isLast || before is not { } end ? null : $"{end.Partition}-{end.Sequence}";
    }

    private static void WriteRow(Utf8JsonWriter writer, StoredBadRow row)
    {
        writer.WriteStartObject();
        writer.WriteString("position", $"{row.Position.Partition}-{row.Position.Sequence}");
        writer.WriteString("recorded_at", row.RecordedAt.UtcDateTime);
        writer.WritePropertyName("row");
        writer.WriteRawValue(row.Json.Span);
        writer.WriteEndObject();
    }

    private static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return string.IsNullOrEmpty(text)
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit);
    }

    private static bool TryReadPosition(string? text, out LogPosition? position)
    {
        position = null;
        if (string.IsNullOrEmpty(text))
            return true;
        var dash = text.IndexOf('-');
        if (dash < 0
            || !int.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            return false;
        position = new LogPosition(partition, sequence);
        return true;
    }
}
