using System.Text.Json;
using Signals.CosmosEmulator.Store;

namespace Signals.CosmosEmulator.Query;

/// <summary>One page of a query: its documents, how many, where it goes on (null at the end), and what it cost.</summary>
internal sealed record QueryPage(byte[] Body, int Count, QueryContinuation? Next, double Charge);

/// <summary>Runs a query on the items of a scope, under the lock of its range.</summary>
internal sealed class QueryRun(SqlQuery query, FeedScope scope, QueryContinuation start, ResumeFilter? resume, int pageSize)
{
    private const int MaximumPageBytes = 4 * 1024 * 1024;
    private readonly long _now = scope.Container.Account.Now();
    private int _scanned;
    private long _scannedBytes;

    private readonly record struct Match(ItemSlot Slot, QueryValue Item, QueryValue Order);

    public QueryPage ReadPage()
    {
        CheckOrdering();
        return query.Counts ? Count() : Page(query.OrderBy is null ? Matches(start.Slot) : OrderedMatches());
    }

    private QueryPage Count()
    {
        var count = Matches(0).LongCount();
        var scope = new QueryScope(QueryValue.Undefined, count);
        var body = Write(writer => query.Select.Write(writer, scope), 1);
        return new QueryPage(body, 1, null, Charge(1, body.Length));
    }

    private QueryPage Page(IEnumerable<Match> matches)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartArray();
        var (skipped, returned, count, position) = (start.Skipped, start.Returned, 0, start);
        foreach (var match in matches)
        {
            if (returned >= query.Limit) return Finish(writer, buffer, count, null);
            if (count >= pageSize || writer.BytesCommitted + writer.BytesPending >= MaximumPageBytes) return Finish(writer, buffer, count, position);
            if (skipped < query.Offset)
            {
                skipped++;
            }
            else
            {
                query.Select.Write(writer, new QueryScope(match.Item));
                returned++;
                count++;
            }

            position = new QueryContinuation(match.Slot.Number, OrderOf(match), skipped, returned);
        }

        return Finish(writer, buffer, count, null);
    }

    private JsonElement? OrderOf(Match match) => query.OrderBy is null ? null : JsonSerializer.SerializeToElement(match.Order.Kind switch
    {
        QueryValueKind.Number => (object)match.Order.Number,
        QueryValueKind.String => match.Order.Text,
        QueryValueKind.Boolean => match.Order.IsTrue,
        _ => null!,
    });

    private QueryPage Finish(Utf8JsonWriter writer, System.Buffers.ArrayBufferWriter<byte> documents, int count, QueryContinuation? next)
    {
        writer.WriteEndArray();
        writer.Flush();
        var body = Write(outer => outer.WriteRawValue(documents.WrittenSpan, skipInputValidation: true), count, isArray: true);
        return new QueryPage(body, count, next, Charge(count, body.Length));
    }

    private byte[] Write(Action<Utf8JsonWriter> documents, int count, bool isArray = false)
    {
        using var stream = new MemoryStream();
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("_rid"u8, scope.Container.ResourceId);
        writer.WritePropertyName("Documents"u8);
        if (!isArray) writer.WriteStartArray();
        documents(writer);
        if (!isArray) writer.WriteEndArray();
        writer.WriteNumber("_count"u8, count);
        writer.WriteEndObject();
        writer.Flush();
        return stream.ToArray();
    }

    private IEnumerable<Match> Matches(ulong after)
    {
        var usesIndex = UsesIndex();
        foreach (var slot in scope.Slots(after))
        {
            var item = slot.Current!;
            if (!item.IsAlive(_now)) continue;
            var value = QueryValue.Of(item.Json);
            var matches = query.Where is null || query.Where.Evaluate(new QueryScope(value)).IsTrue;
            if (!usesIndex && query.Where is not null)
            {
                _scanned++;
                _scannedBytes += item.Body.Length;
            }

            if (!matches) continue;
            var order = query.OrderBy?.Path.Evaluate(new QueryScope(value)) ?? QueryValue.Undefined;
            if (query.OrderBy is not null && order.Kind == QueryValueKind.Undefined) continue;
            yield return new Match(slot, value, order);
        }
    }

    private IEnumerable<Match> OrderedMatches()
    {
        var matches = Matches(0).Where(IsAfterStart).ToList();
        matches.Sort(Compare);
        return matches;
    }

    private bool IsAfterStart(Match match)
    {
        if (start.Value is { } value) return Compare(match.Order, match.Slot.Number, QueryValue.Of(value), start.Slot) > 0;
        if (resume is null) return true;
        var order = match.Order.SortsBefore(resume.Value) * Direction;
        if (order != 0) return order > 0;
        if (resume.Slot is { } slot) return match.Slot.Number.CompareTo(slot) * Direction is var place && (resume.Exclude ? place > 0 : place >= 0);
        return !resume.Exclude;
    }

    private int Direction => query.OrderBy!.Descending ? -1 : 1;

    private int Compare(Match left, Match right) => Compare(left.Order, left.Slot.Number, right.Order, right.Slot.Number);

    private int Compare(QueryValue left, ulong leftSlot, QueryValue right, ulong rightSlot)
    {
        var order = left.SortsBefore(right);
        return (order != 0 ? order : leftSlot.CompareTo(rightSlot)) * Direction;
    }

    /// <summary>The service sorts by its index only.</summary>
    private void CheckOrdering()
    {
        if (query.OrderBy is { } order && !scope.Container.Indexing.Includes(order.Path.Names))
            throw new QueryException("The index path corresponding to the specified order-by item is excluded.");
    }

    /// <summary>Whether every path of the condition is indexed; if not, the items of the scope are looked at one by one.</summary>
    private bool UsesIndex() => query.Where is null
        || query.Where.Paths.All(path => path.Names.SequenceEqual(scope.Container.KeyPath.Names) || scope.Container.Indexing.Includes(path.Names));

    private double Charge(int returned, int bytes) => RequestCharges.Query(returned, bytes, _scanned, _scannedBytes);
}
