using System.Text.Json;
using Signals.Api.Auth;
using Signals.Api.OpenApi;
using Signals.Engine.Access;
using Signals.Engine.Definitions;

namespace Signals.Api.Registry;

/// <summary>The list of all versions of all groups, with its filters (spec signals-api 4.5).</summary>
internal static class AttributeGroupList
{
    public static void Map(IEndpointRouteBuilder app, string path, string tag) =>
        app.MapGet(path, ListAsync).RequireScope(AccessScopes.RegistryRead)
            .Describe(tag, "All versions of all attribute groups.")
            .TakesQuery("applied", "Only published, or only unpublished versions.", JsonValueKind.True)
            .TakesQuery("offline", "Only groups with values from the warehouse, or only others.", JsonValueKind.True)
            .TakesQuery("online", "By the member online.", JsonValueKind.True)
            .TakesQuery("attribute_key_or_name", "Only groups whose member attribute_key_or_name equals this.")
            .TakesQuery("property_syntax", $"Writes properties as texts: {PropertyExpressions.Syntaxes.Listed}.")
            .Answers<IReadOnlyList<AttributeGroupResponse>>()
            .Refuses(422);

    private static Task ListAsync(HttpContext context)
    {
        var errors = new FieldErrors();
        var query = context.Request.Query;
        var applied = query.ReadFlag("applied", errors);
        var offline = query.ReadFlag("offline", errors);
        var online = query.ReadFlag("online", errors);
        var syntax = ReadSyntax(query, errors);
        if (errors.Count > 0)
            return context.RefuseAsync(errors.Kept);

        string? keyOrName = query["attribute_key_or_name"];
        var snapshot = context.Registry().Current;
        var listed =
            from @group in snapshot.AttributeGroups.Values
            where applied is null || @group.IsPublished == applied
            where offline is null || (@group.Offline ?? false) == offline
            where online is null || @group.Online == online
            orderby @group.Name, @group.Version
            select AttributeGroupResponse.Of(@group, snapshot.KeyOf(@group), syntax) into response
            where string.IsNullOrEmpty(keyOrName) || response.AttributeKeyOrName == keyOrName
            select response;
        return context.AnswerAsync([.. listed], RegistryJson.Default.IReadOnlyListAttributeGroupResponse);
    }

    private static PropertySyntax? ReadSyntax(IQueryCollection query, FieldErrors errors)
    {
        var text = query["property_syntax"].ToString();
        if (text.Length == 0)
            return null;
        if (PropertyExpressions.Syntaxes.TryParse(text, out var syntax))
            return syntax;
        errors.Add(FieldPath.QueryParameter("property_syntax"), "enum", $"Input should be {PropertyExpressions.Syntaxes.Listed}");
        return null;
    }
}
