using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Engine.Access;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>Figures of the graph (spec identities, 16), and of the events since the process started.</summary>
internal static class StatisticsEndpoint
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(IdentityEndpoints.Root + "/statistics", AnswerAsync).RequireScope(AccessScopes.IdentitiesRead)
            .Describe(IdentityEndpoints.Tag, "How many Snowplow IDs and identifiers there are, the deduplication rate, and what became of events and values since the process started.")
            .Answers<StatisticsAnswer>().Refuses(503);

    private static async Task AnswerAsync(HttpContext context)
    {
        var counts = await context.RequestServices.GetRequiredService<IdentityLookup>().CountAsync(context.RequestAborted);
        var metrics = context.RequestServices.GetRequiredService<ExtractionMetrics>();
        var answer = new StatisticsAnswer(
            counts.Profiles,
            counts.ActiveProfiles,
            counts.AnonymousProfiles,
            Ratio(counts.Profiles - counts.ActiveProfiles, counts.Profiles),
            Ratio(counts.Identifiers.Values.Sum(), counts.ActiveProfiles),
            counts.Identifiers.OrderBy(count => count.Key, StringComparer.Ordinal).ToDictionary(count => count.Key, count => count.Value),
            Enum.GetValues<ExtractionOutcome>().ToDictionary(ExtractionMetrics.NameOf, metrics.EventsWith),
            [.. metrics.Dropped.Select(DroppedAnswer.Of)]);
        await context.AnswerAsync(answer, IdentityBodies.Default.StatisticsAnswer);
    }

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : Math.Round((double)part / whole, 4);
}
