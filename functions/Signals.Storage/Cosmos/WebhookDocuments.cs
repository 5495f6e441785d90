using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Cosmos;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>A delivery as it is kept.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Due">When it is tried; null when it was given up.</param>
/// <param name="FailedAt">When it was tried last and failed, or was refused; null when neither.</param>
/// <param name="Error">What went wrong then.</param>
internal sealed record StoredDelivery(WebhookDelivery Delivery, DateTimeOffset? Due, DateTimeOffset? FailedAt = null, string? Error = null);

/// <summary>
/// The documents of webhooks. Those of one webhook are in one logical partition, named like it: the webhook with its cursor, and its
/// deliveries, each with one of two members that are indexed: <c>due</c> while it waits, <c>dead</c> when it was given up.
/// </summary>
internal static class WebhookDocuments
{
    public const string WebhookId = "webhook";

    public static string DeliveryId(long sequence) => sequence.ToString("D19", CultureInfo.InvariantCulture);

    public static ReadOnlyMemory<byte> Write(FollowingWebhook webhook) => CosmosItem.Write(WebhookId, webhook.Definition.Name, webhook, static (json, webhook) =>
    {
        var definition = webhook.Definition;
        json.WriteNumber("cursor", webhook.Cursor);
        if (definition.Description is { } description)
            json.WriteString("description", description);
        json.WriteString("url", definition.Url.OriginalString);
        json.WriteString("secret", definition.Secret);
        WriteNames(json, "interventions", definition.Interventions);
        WriteNames(json, "attribute_keys", definition.TargetAttributeKeys);
        json.WriteNumber("max_attempts", definition.MaxAttempts);
        json.WriteBoolean("is_published", definition.IsPublished);
    });

    public static FollowingWebhook ReadWebhook(JsonElement document) => new(
        new WebhookDefinition
        {
            Name = Text(document, "pk"),
            Description = document.TryGetProperty("description", out var description) ? description.GetString() : null,
            Url = new Uri(Text(document, "url")),
            Secret = Text(document, "secret"),
            Interventions = ReadNames(document, "interventions"),
            TargetAttributeKeys = ReadNames(document, "attribute_keys"),
            MaxAttempts = document.GetProperty("max_attempts").GetInt32(),
            IsPublished = document.GetProperty("is_published").GetBoolean(),
        },
        document.GetProperty("cursor").GetInt64());

    public static ReadOnlyMemory<byte> Write(string webhook, StoredDelivery stored) => CosmosItem.Write(DeliveryId(stored.Delivery.Sequence), webhook, stored, static (json, stored) =>
    {
        var delivery = stored.Delivery;
        if (stored.Due is { } due)
            json.WriteNumber("due", due.ToUnixTimeMilliseconds());
        else
            json.WriteNumber("dead", delivery.Sequence);
        json.WriteNumber("sequence", delivery.Sequence);
        json.WriteString("target", TargetHash.Of(delivery.Target));
        json.WriteString("key", delivery.Target.AttributeKey);
        json.WriteString("identifier", delivery.Target.Identifier);
        // As text, so that it comes back as it was, byte by byte.
        json.WriteString("body", delivery.Body.Span);
        json.WriteNumber("attempts", delivery.Attempts);
        WriteTime(json, "expires_at", delivery.ExpiresAt);
        WriteTime(json, "failed_at", stored.FailedAt);
        if (stored.Error is { } error)
            json.WriteString("error", error);
    });

    public static StoredDelivery ReadDelivery(JsonElement document) => new(
        new WebhookDelivery(
            document.GetProperty("sequence").GetInt64(),
            new InterventionTarget(Text(document, "key"), Text(document, "identifier")),
            Encoding.UTF8.GetBytes(Text(document, "body")),
            ReadTime(document, "expires_at"),
            document.GetProperty("attempts").GetInt32()),
        ReadTime(document, "due"),
        ReadTime(document, "failed_at"),
        document.TryGetProperty("error", out var error) ? error.GetString() : null);

    public static DateTimeOffset? ReadTime(JsonElement document, string member) =>
        document.TryGetProperty(member, out var time) ? DateTimeOffset.FromUnixTimeMilliseconds(time.GetInt64()) : null;

    private static void WriteTime(Utf8JsonWriter json, string member, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteNumber(member, known.ToUnixTimeMilliseconds());
    }

    private static void WriteNames(Utf8JsonWriter json, string member, IReadOnlyList<string> names)
    {
        json.WriteStartArray(member);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static IReadOnlyList<string> ReadNames(JsonElement document, string member) =>
        [.. document.GetProperty(member).EnumerateArray().Select(static name => name.GetString()!)];

    private static string Text(JsonElement document, string member) => document.GetProperty(member).GetString()!;
}
