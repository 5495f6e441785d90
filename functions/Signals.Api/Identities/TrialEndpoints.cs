using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>Looks at recent events: the health of identifiers, and a dry run of another configuration.</summary>
internal static class TrialEndpoints
{
    private const string EventsParameter = "How many of the newest events to look at, 1 to 50000; 10000 when absent.";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(IdentityEndpoints.Root + "/health", MeasureAsync).RequireScope(AccessScopes.IdentitiesRead)
            .Describe(IdentityEndpoints.Tag, "How fit each identifier type is: distinct values, values per person, persons per value, share blocked, and a verdict, over recent events.")
            .TakesQuery("events", EventsParameter, JsonValueKind.Number).Answers<HealthAnswer>().Refuses(422, 503);
        app.MapPost(IdentityEndpoints.Root + "/configuration/dry_run", CompareAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(IdentityEndpoints.Tag, "Runs recent events under a configuration and under the one in force, in memory: profiles, merges, conflicts, and who would be split or joined.")
            .TakesQuery("events", EventsParameter, JsonValueKind.Number).Takes<ConfigurationBody>().Answers<TrialAnswer>().Refuses(413, 422, 503);
    }

    private static async Task MeasureAsync(HttpContext context)
    {
        if (await ReadOptionsAsync(context) is not { } options)
            return;
        var trials = context.RequestServices.GetRequiredService<IdentityTrials>();
        var report = await trials.MeasureAsync(context.Configurations().Current.Configuration, options, context.RequestAborted);
        await context.AnswerAsync(HealthAnswer.Of(report), TrialBodies.Default.HealthAnswer);
    }

    private static async Task CompareAsync(HttpContext context)
    {
        if (await ReadOptionsAsync(context) is not { } options || await context.ReadConfigurationAsync() is not { } candidate)
            return;
        var trials = context.RequestServices.GetRequiredService<IdentityTrials>();
        var report = await trials.CompareAsync(context.Configurations().Current.Configuration, candidate, options, context.RequestAborted);
        await context.AnswerAsync(TrialAnswer.Of(report), TrialBodies.Default.TrialAnswer);
    }

    private static async ValueTask<TrialOptions?> ReadOptionsAsync(HttpContext context)
    {
        var text = context.Request.Query["events"].ToString();
        if (text.Length == 0)
            return new TrialOptions();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var events) && events is >= 1 and <= TrialOptions.MaxEvents)
            return new TrialOptions { Events = events };
        var errors = new FieldErrors();
        errors.Add(FieldPath.QueryParameter("events"), "int_parsing", $"Input should be an integer from 1 to {TrialOptions.MaxEvents}");
        await context.RefuseAsync(errors.Kept);
        return null;
    }
}

/// <summary>The health of all identifier types over recent events; <c>complete</c> is false when the time was over before all were seen.</summary>
internal sealed record HealthAnswer(int Events, bool Complete, IReadOnlyList<TypeHealthAnswer> Identifiers)
{
    public static HealthAnswer Of(HealthReport report) => new(report.Events, report.IsComplete, [.. report.Types.Select(TypeHealthAnswer.Of)]);
}

/// <summary>The health of one identifier type. The verdict is one of <c>unknown</c>, <c>ideal</c>, <c>acceptable</c>, <c>doubtful</c>, <c>unsuitable</c>.</summary>
internal sealed record TypeHealthAnswer(
    string Name, int Events, int DistinctValues, double BlockedShare, IReadOnlyDictionary<string, long> Dropped, Distribution? ValuesPerPerson, Distribution? PersonsPerValue, string Verdict)
{
    public static TypeHealthAnswer Of(TypeHealth health) => new(
        health.Name, health.Events, health.DistinctValues, health.BlockedShare, health.Dropped.ToDictionary(drop => ExtractionMetrics.NameOf(drop.Reason), drop => drop.Count),
        health.ValuesPerPerson, health.PersonsPerValue, health.Verdict.ToString().ToLowerInvariant());
}

/// <summary>What changes from the configuration in force to another one.</summary>
internal sealed record TrialAnswer(
    int Events, bool Complete, TrialOutcomeAnswer Active, TrialOutcomeAnswer Candidate, int Gained, int Lost, int Splits, int Joins,
    IReadOnlyList<TrialExampleAnswer> SplitExamples, IReadOnlyList<TrialExampleAnswer> JoinExamples)
{
    public static TrialAnswer Of(TrialReport report) => new(
        report.Events, report.IsComplete, TrialOutcomeAnswer.Of(report.Active), TrialOutcomeAnswer.Of(report.Candidate), report.Gained, report.Lost, report.Splits, report.Joins,
        [.. report.SplitExamples.Select(TrialExampleAnswer.Of)], [.. report.JoinExamples.Select(TrialExampleAnswer.Of)]);
}

/// <summary>What one configuration makes of the events.</summary>
internal sealed record TrialOutcomeAnswer(
    int IdentifiedEvents, long FilteredEvents, long Profiles, long AnonymousProfiles, int Merges, int Conflicts, int Limited, IReadOnlyList<DroppedAnswer> ValuesDropped)
{
    public static TrialOutcomeAnswer Of(TrialOutcome outcome) => new(
        outcome.Identified, outcome.Filtered, outcome.People, outcome.AnonymousIds, outcome.Merges, outcome.Conflicts, outcome.Limited,
        [.. outcome.ValuesDropped.Select(DroppedAnswer.Of)]);
}

/// <summary>An id under one configuration and some of those that its events have under the other.</summary>
internal sealed record TrialExampleAnswer(string SnowplowId, IReadOnlyList<string> Others, int Count)
{
    public static TrialExampleAnswer Of(TrialExample example) => new(example.Id.ToString(), [.. example.Others.Select(id => id.ToString())], example.Count);
}

/// <summary>The answers about recent events.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(TrialAnswer))]
internal sealed partial class TrialBodies : JsonSerializerContext;
