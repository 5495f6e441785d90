using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Auth;
using Signals.Api.Http;
using Signals.Api.OpenApi;
using Signals.Api.Registry;
using Signals.Api.Serving;
using Signals.Engine.Access;
using Signals.Engine.Definitions;
using Signals.Engine.Identities;

namespace Signals.Api.Identities;

/// <summary>What is known of a Snowplow ID, or of identifiers.</summary>
internal static class LookupEndpoints
{
    private const int MaxIdentifiers = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(IdentityEndpoints.Root + "/snowplow_ids/{snowplow_id}", DescribeAsync).RequireScope(AccessScopes.IdentitiesRead)
            .Describe(IdentityEndpoints.Tag, "A Snowplow ID, active or merged away: the active id, its identifiers and its merge history.")
            .Answers<IdentityAnswer>().Refuses(404, 410, 422, 503);
        // Identifiers stand in the body: paths end up in the logs of proxies.
        app.MapPost(IdentityEndpoints.Root + "/lookup", FindAsync).RequireScope(AccessScopes.IdentitiesRead)
            .Describe(IdentityEndpoints.Tag, $"The Snowplow IDs of 1 to {MaxIdentifiers} identifiers.")
            .Takes<LookupBody>().Answers<LookupAnswer>().Refuses(400, 413, 422, 503);
    }

    private static async Task DescribeAsync(HttpContext context)
    {
        var text = context.Request.RouteValues["snowplow_id"] as string;
        if (!SnowplowId.TryParse(text, out var id))
        {
            var errors = new FieldErrors();
            errors.Add(FieldPath.PathParameter("snowplow_id"), "string_pattern_mismatch", "String should match pattern '^sp_[A-Za-z2-7]{26}$'");
            await context.RefuseAsync(errors.Kept);
            return;
        }
        var description = await context.RequestServices.GetRequiredService<IdentityLookup>().DescribeAsync(id, context.RequestAborted);
        if (description is null)
            await context.NotFoundAsync($"Snowplow ID '{id}' does not exist");
        else if (description is { Profile: { } profile, Root: { } root })
            await context.AnswerAsync(View(description, profile, root), IdentityBodies.Default.IdentityAnswer);
        else
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status410Gone, TextOf(description.Tombstone!));
    }

    private static string TextOf(IdentityTombstone tombstone)
    {
        var reason = tombstone.Reason is TombstoneReason.Erasure ? "was erased" : "was removed after the time to live of its identifiers";
        return $"Snowplow ID '{tombstone.Id}' {reason} on {IdentityViews.DayOf(tombstone.Day)}";
    }

    private static IdentityAnswer View(IdentityDescription description, ProfileItem profile, ProfileItem root) => new(
        profile.Id.ToString(),
        IdentityViews.NameOf(profile.Kind),
        profile.CreatedAt.ToDateTimeOffset(),
        profile.CreatedBy,
        root.Id.ToString(),
        profile.Merge is { } merge ? new MergedAnswer(merge.Into.ToString(), merge.At.ToDateTimeOffset(), merge.EventId) : null,
        [.. root.Children.OrderBy(child => child.Id).Select(child => new MergeAnswer(
            child.Id.ToString(), child.CreatedAt.ToDateTimeOffset(), child.MergedAt.ToDateTimeOffset(), child.EventId))],
        [.. description.Identifiers.Select(item => new LinkedIdentifierAnswer(
            item.Type, item.Value, IdentityViews.LinksOf(item), IdentityViews.ConflictOf(item), IdentityViews.LastSeenOf(item)))],
        description.IsCut);

    private static async Task FindAsync(HttpContext context)
    {
        var services = context.RequestServices;
        using var json = await RequestBody.ReadJsonAsync(context, services.GetRequiredService<SignalsApiOptions>());
        if (!ServingBody.TryRead(json.Bytes.Span, IdentityBodies.Default.LookupBody, out var body, out var error))
        {
            await ApiErrors.WriteDetailAsync(context, StatusCodes.Status400BadRequest, error);
            return;
        }
        var errors = new FieldErrors();
        Check(body, errors);
        if (errors.Count > 0)
        {
            await context.RefuseAsync(errors.Kept);
            return;
        }
        var plan = context.Configurations().Current;
        var lookup = services.GetRequiredService<IdentityLookup>();
        var answers = new List<IdentifierAnswer>();
        foreach (var one in body.Identifiers!)
        {
            var identifier = plan.Normalise(one.Type!, one.Value!);
            answers.Add(View(identifier, await lookup.FindAsync(identifier, context.RequestAborted)));
        }
        await context.AnswerAsync(new LookupAnswer(answers), IdentityBodies.Default.LookupAnswer);
    }

    private static void Check(LookupBody body, FieldErrors errors)
    {
        var list = FieldPath.Body.At("identifiers");
        if (body.Identifiers is null || body.Identifiers.Count is 0 or > MaxIdentifiers)
        {
            errors.Add(list, "list_type", $"Input should be a list of 1 to {MaxIdentifiers} identifiers");
            return;
        }
        for (var i = 0; i < body.Identifiers.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(body.Identifiers[i]?.Type))
                errors.Add(list.At(i).At("type"), "missing", "Field required");
            if (string.IsNullOrWhiteSpace(body.Identifiers[i]?.Value))
                errors.Add(list.At(i).At("value"), "missing", "Field required");
        }
    }

    private static IdentifierAnswer View(Identifier asked, IdentifierDescription? found) => found is null
        ? new IdentifierAnswer(asked.Type, asked.Value, false, null, null, null, null, null)
        : new IdentifierAnswer(
            asked.Type, asked.Value, true,
            [.. found.Roots.Select(root => root.Id.ToString())],
            IdentityViews.LinksOf(found.Item),
            IdentityViews.ConflictOf(found.Item),
            IdentityViews.LastSeenOf(found.Item),
            found.Item.Guard is { QuarantinedUntil: { UnixMicroseconds: > 0 } until } ? until.ToDateTimeOffset() : null);
}
