using System.Text.Json;
using System.Text.Json.Serialization;
using Signals.Engine.Interventions;

namespace Signals.Api.Webhooks;

/// <summary>The name of something, as an object.</summary>
internal sealed record NameView(string Name);

/// <summary>A webhook as clients read it: never with its secret, but once in the answer to its creation.</summary>
internal sealed record WebhookResponse
{
    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required string Url { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public required IReadOnlyList<NameView> Interventions { get; init; }

    public required IReadOnlyList<NameView> TargetAttributeKeys { get; init; }

    public required int MaxAttempts { get; init; }

    public required bool IsPublished { get; init; }

    public static WebhookResponse Of(WebhookDefinition webhook) => new()
    {
        Name = webhook.Name,
        Description = webhook.Description,
        Url = webhook.Url.OriginalString,
        Interventions = [.. webhook.Interventions.Select(name => new NameView(name))],
        TargetAttributeKeys = [.. webhook.TargetAttributeKeys.Select(name => new NameView(name))],
        MaxAttempts = webhook.MaxAttempts,
        IsPublished = webhook.IsPublished,
    };
}

/// <summary>Body of a request that makes or replaces a webhook.</summary>
internal sealed record WebhookBody(
    string Name,
    string? Description,
    string Url,
    string? Secret,
    IReadOnlyList<NameView>? Interventions,
    IReadOnlyList<NameView>? TargetAttributeKeys,
    int? MaxAttempts,
    bool? IsPublished);

/// <summary>The deliveries of a webhook that were given up.</summary>
internal sealed record DeadLetterList(IReadOnlyList<DeadLetterView> DeadLetters);

/// <summary>A delivery that was given up: its id, its number, how often and when last it was tried, why it failed, and the message.</summary>
internal sealed record DeadLetterView(string Delivery, long Sequence, int Attempts, DateTimeOffset FailedAt, string Error, JsonElement Message);

/// <summary>Body of a request to try dead letters again.</summary>
/// <param name="Sequences">Which; all when absent.</param>
internal sealed record RetryBody(IReadOnlyList<long>? Sequences);

/// <summary>How many dead letters are due again.</summary>
internal sealed record RetryAnswer(int Retried);

/// <summary>The bodies of webhooks.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(IReadOnlyList<WebhookResponse>))]
[JsonSerializable(typeof(DeadLetterList))]
[JsonSerializable(typeof(RetryBody))]
[JsonSerializable(typeof(RetryAnswer))]
internal sealed partial class WebhookBodies : JsonSerializerContext;
