using System.Text.Json;
using System.Text.Json.Serialization;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>A configuration (spec identities, appendix A).</summary>
internal sealed record ConfigurationBody(
    IReadOnlyList<IdentifierTypeBody> Identifiers,
    bool? CrossDomainAliases,
    int? AliasMaxAgeSeconds,
    FiltersBody? Filters,
    IReadOnlyList<string>? BlockedValues,
    bool? AcceptIntegers,
    bool? IncludeDerivedContexts,
    string? IdStrategy,
    string? IdSecret,
    LimitsBody? Limits,
    FallbackBody? Fallback,
    bool? WriteDecisions);

/// <summary>One kind of identifier. Its field may be given in short by the name of an atomic property.</summary>
internal sealed record IdentifierTypeBody(
    string Name, FieldBody Field, int Priority, bool? Unique, int? TtlDays, string? Normalise, bool? DefaultBlockedValues);

/// <summary>Where a value stands: <c>atomic</c> with a name; <c>event</c> and <c>entity</c> with schema and path.</summary>
internal sealed record FieldBody(
    string Type, string? Vendor, string Name, [property: JsonPropertyName("majorVersion")] int? MajorVersion, string? Path, int? Index);

/// <summary>Which events are resolved: <c>all</c> or <c>any</c> of some rules.</summary>
internal sealed record FiltersBody(string Logic, IReadOnlyList<RuleBody> Rules);

/// <summary>A property that is one of some values (<c>in</c>), or is there and is none of them (<c>nin</c>).</summary>
internal sealed record RuleBody(FieldBody Property, string Operator, IReadOnlyList<string> Values);

/// <summary>Guards against over-merging; 0 switches one off.</summary>
internal sealed record LimitsBody(
    int? MaxIdentifiersPerEvent, int? MaxValueLength, int? MaxIdentifiersPerProfile, int? MaxMergesPerProfile, int? MaxOwnersPerIdentifier, int? MaxMergesPerIdentifierPerHour);

/// <summary>When events get their fallback id.</summary>
internal sealed record FallbackBody(int? StoreBudgetMs);

/// <summary>A version of the configuration.</summary>
internal sealed record ConfigurationAnswer(
    long Version, string? Author, DateTimeOffset? PublishedAt, IReadOnlyList<ConfigurationChange>? Changes, ConfigurationBody Configuration, IReadOnlyList<string> Warnings);

/// <summary>A configuration that may be published.</summary>
internal sealed record ValidationAnswer(bool Valid, IReadOnlyList<string> Warnings, IReadOnlyList<ConfigurationChange> Changes);

/// <summary>The history of the configuration.</summary>
internal sealed record VersionsAnswer(IReadOnlyList<VersionAnswer> Versions);

/// <summary>One version in the history.</summary>
internal sealed record VersionAnswer(long Version, string Author, DateTimeOffset PublishedAt, IReadOnlyList<ConfigurationChange> Changes);

/// <summary>Identifiers to resolve.</summary>
/// <param name="Requests">1 to 1000 requests, resolved in order.</param>
/// <param name="ReadOnly">True to change nothing.</param>
internal sealed record ResolveBody(IReadOnlyList<ResolveRequestBody>? Requests, bool ReadOnly = false);

/// <summary>The identifiers of one event, or of no event.</summary>
/// <param name="Identifiers">Values by the name of their type; the link from another domain as <c>refr_domain_userid</c>.</param>
/// <param name="EventId">Id of the event, at most 36 characters; made at random when absent.</param>
/// <param name="Time">When it happened; now when absent.</param>
/// <param name="AppId">Its application.</param>
internal sealed record ResolveRequestBody(IReadOnlyDictionary<string, string?>? Identifiers, string? EventId, DateTimeOffset? Time, string? AppId);

/// <summary>What requests were resolved to, in their order.</summary>
internal sealed record ResolveAnswer(IReadOnlyList<ResolveResult> Results);

/// <summary>
/// What one request was resolved to. The outcome is one of <c>none</c> (no value identifies anybody: no id), <c>existing</c>, <c>linked</c>,
/// <c>new</c>, <c>merged</c>, <c>anonymous</c>, <c>fallback</c> (the store is away).
/// </summary>
internal sealed record ResolveResult(
    string EventId, string? SnowplowId, DateTimeOffset? CreatedAt, string Outcome, IReadOnlyList<string> Merged, IReadOnlyList<string> Reasons);

/// <summary>One event of <c>POST /identities/batch</c>.</summary>
internal sealed record BatchEvent(string? EventId, string? DerivedTimestamp, IReadOnlyDictionary<string, string?>? Identifiers);

/// <summary>One answer of <c>POST /identities/batch</c>.</summary>
internal sealed record BatchResult(string EventId, string SnowplowId, string CreatedAt);

/// <summary>Identifiers to look up, 1 to 100.</summary>
internal sealed record LookupBody(IReadOnlyList<IdentifierBody>? Identifiers);

/// <summary>An identifier.</summary>
internal sealed record IdentifierBody(string? Type, string? Value);

/// <summary>What is known of identifiers, in their order.</summary>
internal sealed record LookupAnswer(IReadOnlyList<IdentifierAnswer> Identifiers);

/// <summary>What is known of one identifier.</summary>
internal sealed record IdentifierAnswer(
    string Type, string Value, bool Found, IReadOnlyList<string>? SnowplowIds, IReadOnlyList<LinkAnswer>? Links, string? ConflictId, string? LastSeen, DateTimeOffset? QuarantinedUntil);

/// <summary>A link of an identifier to an id.</summary>
internal sealed record LinkAnswer(string SnowplowId, DateTimeOffset LinkedAt, bool ViaAlias);

/// <summary>What is known of an id.</summary>
internal sealed record IdentityAnswer(
    string SnowplowId, string Kind, DateTimeOffset CreatedAt, string CreatedBy, string ActiveSnowplowId, MergedAnswer? Merged, IReadOnlyList<MergeAnswer> Merges,
    IReadOnlyList<LinkedIdentifierAnswer> Identifiers, bool IdentifiersCut);

/// <summary>How an id was merged away.</summary>
internal sealed record MergedAnswer(string Into, DateTimeOffset MergedAt, string TriggeringEventId);

/// <summary>An id that the active id absorbed, directly or through others.</summary>
internal sealed record MergeAnswer(string SnowplowId, DateTimeOffset CreatedAt, DateTimeOffset MergedAt, string TriggeringEventId);

/// <summary>An identifier of a person.</summary>
internal sealed record LinkedIdentifierAnswer(string Type, string Value, IReadOnlyList<LinkAnswer> Links, string? ConflictId, string? LastSeen);

/// <summary>Whom to erase (spec identities, 13).</summary>
internal sealed record ErasureBody(
    IReadOnlyList<IdentifierBody>? Identifiers, IReadOnlyList<string>? SnowplowIds, bool DryRun = false, bool Force = false);

/// <summary>What came of an erasure: each input is in one of the lists.</summary>
internal sealed record ErasureAnswer(
    string OperationId, IReadOnlyList<ErasedAnswer> Successful, IReadOnlyList<JsonElement> NotFound, IReadOnlyList<FailedAnswer> Failed, ErasureTotals Totals, bool DryRun);

/// <summary>An input that was erased.</summary>
internal sealed record ErasedAnswer(JsonElement Request, ErasureResultAnswer Result);

/// <summary>What went with it.</summary>
internal sealed record ErasureResultAnswer(IReadOnlyList<string> SnowplowIds, int IdentifiersAffected);

/// <summary>An input that was refused.</summary>
internal sealed record FailedAnswer(JsonElement Request, FailureAnswer Error);

/// <summary>Why.</summary>
internal sealed record FailureAnswer(string Code, string Message);

/// <summary>Sums over all inputs, everything counted once.</summary>
internal sealed record ErasureTotals(int SnowplowIdsAffected, int IdentifiersAffected);

/// <summary>Figures of the graph, and of the events since the process started.</summary>
internal sealed record StatisticsAnswer(
    long TotalSnowplowIds, long ActiveSnowplowIds, long AnonymousSnowplowIds, double DeduplicationRate, double IdentifiersPerProfile, IReadOnlyDictionary<string, long> Identifiers,
    IReadOnlyDictionary<string, long> Events, IReadOnlyList<DroppedAnswer> ValuesDropped);

/// <summary>Values that were not used as identifiers.</summary>
internal sealed record DroppedAnswer(string Type, string Reason, long Count)
{
    public static DroppedAnswer Of(DroppedValues drop) => new(drop.Type, ExtractionMetrics.NameOf(drop.Reason), drop.Count);
}

/// <summary>The bodies of identities.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 32, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ConfigurationBody))]
[JsonSerializable(typeof(ConfigurationAnswer))]
[JsonSerializable(typeof(ValidationAnswer))]
[JsonSerializable(typeof(VersionsAnswer))]
[JsonSerializable(typeof(ResolveBody))]
[JsonSerializable(typeof(ResolveAnswer))]
[JsonSerializable(typeof(IReadOnlyList<BatchEvent>))]
[JsonSerializable(typeof(IReadOnlyList<BatchResult>))]
[JsonSerializable(typeof(LookupBody))]
[JsonSerializable(typeof(LookupAnswer))]
[JsonSerializable(typeof(IdentityAnswer))]
[JsonSerializable(typeof(ErasureBody))]
[JsonSerializable(typeof(ErasureAnswer))]
[JsonSerializable(typeof(StatisticsAnswer))]
internal sealed partial class IdentityBodies : JsonSerializerContext;
