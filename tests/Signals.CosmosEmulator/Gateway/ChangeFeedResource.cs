using System.Globalization;
using System.Text.Json;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>
/// The change feed in latest-version mode: of every item its last version, in the order of commits. A page ends at the end of a
/// commit, so that a batch is never torn.
/// </summary>
internal sealed class ChangeFeedResource(Container container)
{
    public PreparedCall Prepare(GatewayRequest request)
    {
        if (!string.Equals(request.Header("a-im"), "Incremental Feed", StringComparison.OrdinalIgnoreCase))
            return PreparedCall.Refuse(GatewayResponse.Error(400, "The emulator has the change feed in latest-version mode only."));
        if (FeedScopes.Read(request, container, out var refusal) is not { } scope) return PreparedCall.Refuse(refusal);
        if (QueryResource.PageSize(request) is not { } pageSize) return PreparedCall.Refuse(GatewayResponse.Error(400, "The page size is not valid."));
        if (!TryReadStart(request, out var after, out var since))
            return PreparedCall.Refuse(GatewayResponse.Error(400, "The continuation of the change feed is not valid."));
        var factor = Consistencies.ReadFactor(request, container.Account.Options);
        return new PreparedCall(
            new CosmosCall(CosmosOperation.ChangeFeed, container.Database.Id, container.Id, []),
            () => ValueTask.FromResult(Read(scope, after, since, pageSize, factor)))
        {
            Container = container,
            Range = scope.Range,
        };
    }

    private static bool TryReadStart(GatewayRequest request, out ulong after, out long since)
    {
        (after, since) = (0, 0);
        if (request.Header("if-none-match") is { } etag)
        {
            if (etag == "*") after = ulong.MaxValue;
            return etag == "*" || ulong.TryParse(etag.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out after);
        }

        if (request.Header("if-modified-since") is not { } header) return true;
        var valid = DateTimeOffset.TryParse(header, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        since = time.ToUnixTimeSeconds();
        return valid;
    }

    private GatewayResponse Read(FeedScope scope, ulong after, long since, int pageSize, int factor)
    {
        lock (scope.Range.Gate)
        {
            var now = container.Account.Now();
            var items = new List<StoredItem>();
            var upTo = scope.Range.Lsn;
            foreach (var item in scope.Commits(after))
            {
                if (items.Count >= pageSize && item.Lsn != items[^1].Lsn)
                {
                    upTo = items[^1].Lsn;
                    break;
                }

                if (item.IsAlive(now) && item.Timestamp >= since) items.Add(item);
            }

            return Answer(items, upTo, scope, factor);
        }
    }

    private GatewayResponse Answer(List<StoredItem> items, long upTo, FeedScope scope, int factor)
    {
        var body = items.Count == 0 ? default : Write(items);
        var response = new GatewayResponse(items.Count == 0 ? 304 : 200, body) { Charge = RequestCharges.ChangeFeed(body.Length) * factor }
            .With("etag", string.Create(CultureInfo.InvariantCulture, $"\"{upTo}\""))
            .With("x-ms-item-count", items.Count.ToString(CultureInfo.InvariantCulture));
        return ItemReplies.WithPlace(response, container, scope.Range);
    }

    private ReadOnlyMemory<byte> Write(List<StoredItem> items)
    {
        using var stream = new MemoryStream();
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteString("_rid"u8, container.ResourceId);
        writer.WriteStartArray("Documents"u8);
        foreach (var item in items) writer.WriteRawValue(item.BodyWithLsn(), skipInputValidation: true);
        writer.WriteEndArray();
        writer.WriteNumber("_count"u8, items.Count);
        writer.WriteEndObject();
        writer.Flush();
        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }
}
