using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Api.OpenApi;

/// <summary>Error body of the serving family.</summary>
internal sealed record ServingError(string Error);

/// <summary>Error body of erasure.</summary>
internal sealed record ErasureError(ErasureProblem Error);

/// <summary>What is wrong: a code such as <c>VALIDATION_ERROR</c>, words, and when.</summary>
internal sealed record ErasureProblem(string Code, string Message, DateTimeOffset Timestamp);

/// <summary>Error body of the registry family for everything but validation.</summary>
internal sealed record RegistryError(string Detail);

/// <summary>Error body of the registry family for a request that fails validation.</summary>
internal sealed record ValidationError(IReadOnlyList<ValidationProblem> Detail);

/// <summary>One problem: where (member names and list positions), what, and of which type.</summary>
internal sealed record ValidationProblem(IReadOnlyList<JsonElement> Loc, string Msg, string Type);

/// <summary>Answer of the token exchange.</summary>
internal sealed record TokenAnswer([property: JsonPropertyName("accessToken")] string AccessToken);

/// <summary>Answer of <c>GET /api/v1/bad-rows</c>.</summary>
internal sealed record BadRowList(long Total, IReadOnlyDictionary<string, long> Counts, IReadOnlyList<BadRowEntry> Rows, string? Next);

/// <summary>One bad row: where its record stands in the event log, when it was recorded, and the row in Snowplow's shape.</summary>
internal sealed record BadRowEntry(string Position, DateTimeOffset RecordedAt, SelfDescribingJson Row);

/// <summary>A self-describing JSON.</summary>
internal sealed record SelfDescribingJson(string Schema, JsonElement Data);

/// <summary>Answer of <c>GET /health-all</c>.</summary>
internal sealed record HealthAnswer(string Status, IReadOnlyDictionary<string, string> Dependencies);

/// <summary>Answer of <c>GET /health/live</c>.</summary>
internal sealed record LivenessAnswer(string Status);

/// <summary>
/// Answer of <c>GET /health/ready</c>: the parts, what became of the records of the event log since this process started, and how many
/// records wait in each partition.
/// </summary>
internal sealed record ReadinessAnswer(
    string Status, IReadOnlyDictionary<string, ReadinessCheck> Checks, EventCounts Events, IReadOnlyList<long> Waiting);

/// <summary>Records taken from the event log: <c>in</c> = <c>applied</c> + <c>duplicate</c> + <c>bad</c>; <c>late</c> ones are among the valid events.</summary>
internal sealed record EventCounts(long In, long Applied, long Duplicate, long Bad, long Late);

/// <summary>State of one part.</summary>
internal sealed record ReadinessCheck(string Status, string? Detail);

/// <summary>Answer of <c>POST /enriched</c>: how many lines are events, and how many will be bad rows.</summary>
internal sealed record UploadAnswer(long Accepted, long Bad);

/// <summary>What trackers post: events as parameters, every value a text.</summary>
internal sealed record TrackerPayload(string Schema, IReadOnlyList<IReadOnlyDictionary<string, string>> Data);

/// <summary>The types of the OpenAPI document's schemas.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServingError))]
[JsonSerializable(typeof(RegistryError))]
[JsonSerializable(typeof(ValidationError))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(BadRowList))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(UploadAnswer))]
[JsonSerializable(typeof(TrackerPayload))]
[JsonSerializable(typeof(LivenessAnswer))]
[JsonSerializable(typeof(ReadinessAnswer))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
internal sealed partial class ApiDocumentJson : JsonSerializerContext;
