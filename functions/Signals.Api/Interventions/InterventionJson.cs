using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Signals.Engine.Definitions;

namespace Signals.Api.Interventions;

/// <summary>An intervention as subscribers get it.</summary>
internal sealed record InterventionPayloadView(
    Guid InterventionId, string Name, int Version, IReadOnlyDictionary<string, string> Attributes, TargetView TargetAttributeKey);

/// <summary>Whom an intervention goes to.</summary>
internal sealed record TargetView(string Name, string Id);

/// <summary>Body of a push.</summary>
internal sealed record PushBody(string Name, int Version, Guid? InterventionId, IReadOnlyDictionary<string, string>? Attributes);

/// <summary>Answer of a push: <c>success</c>, <c>undelivered</c> or <c>failure</c>.</summary>
internal sealed record PushAnswer(string Status);

/// <summary>Answer of <c>GET /api/v1/interventions/decisions</c>.</summary>
internal sealed record DecisionList(IReadOnlyList<DecisionView> Decisions, long? Next);

/// <summary>One decision: <c>deliver</c> or <c>held_out</c>.</summary>
internal sealed record DecisionView(
    long Sequence,
    string Decision,
    DateTimeOffset DecidedAt,
    DateTimeOffset? ExpiresAt,
    Guid InterventionId,
    string Name,
    int Version,
    IReadOnlyDictionary<string, string> Attributes,
    TargetView TargetAttributeKey);

/// <summary>Body of the request for a subscription token.</summary>
/// <param name="ExpiresIn">For how many seconds the token is good, 60 to 86400; one hour when absent.</param>
internal sealed record SubscriptionTokenBody(int? ExpiresIn)
{
    private const int DefaultSeconds = 3600;

    /// <summary>Reads the body, which may be empty.</summary>
    public static bool TryReadLifetime(ReadOnlyMemory<byte> json, out TimeSpan lifetime, [NotNullWhen(false)] out string? error)
    {
        var seconds = DefaultSeconds;
        error = null;
        if (json.Length > 0)
        {
            if (!JsonBody.TryParse(json, out var body, out _) || body.ValueKind != JsonValueKind.Object)
                error = "the body is not a JSON object";
            else if (body.TryGetProperty("expires_in", out var given) && !(given.ValueKind == JsonValueKind.Number && given.TryGetInt32(out seconds) && seconds is >= 60 and <= 86400))
                error = "expires_in: expected an integer from 60 to 86400";
        }
        lifetime = TimeSpan.FromSeconds(seconds);
        return error is null;
    }
}

/// <summary>A subscription token.</summary>
internal sealed record SubscriptionTokenAnswer(string Token, DateTimeOffset ExpiresAt);

/// <summary>Body of the request to try an intervention out.</summary>
internal sealed record InterventionTestBody(string Name, int? Version);

/// <summary>What a tried-out intervention was, and what became of it.</summary>
internal sealed record InterventionTestAnswer(string Status, Guid InterventionId, int Version, IReadOnlyDictionary<string, string> Attributes);

/// <summary>The bodies of interventions at run time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(InterventionPayloadView))]
[JsonSerializable(typeof(PushBody))]
[JsonSerializable(typeof(PushAnswer))]
[JsonSerializable(typeof(DecisionList))]
[JsonSerializable(typeof(SubscriptionTokenBody))]
[JsonSerializable(typeof(SubscriptionTokenAnswer))]
[JsonSerializable(typeof(InterventionTestBody))]
[JsonSerializable(typeof(InterventionTestAnswer))]
internal sealed partial class InterventionJson : JsonSerializerContext;
