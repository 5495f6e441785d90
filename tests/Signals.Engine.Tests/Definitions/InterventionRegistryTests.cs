using Signals.Engine.Definitions;
using Result = Signals.Engine.Definitions.RegistryResult<Signals.Engine.Definitions.InterventionDefinition>;

namespace Signals.Engine.Tests.Definitions;

/// <summary>What interventions may refer to, and what becomes of them when it goes (spec signals-api 5.2 and 7.3).</summary>
public sealed class InterventionRegistryTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly VersionedName Id = new("i", 1);
    private readonly MemoryDefinitionStore _store = new();
    private DefinitionRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await DefinitionRegistry.OpenAsync(_store, TimeProvider.System, None);

    public Task DisposeAsync()
    {
        _registry.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    [Trait("Row", "40")]
    public async Task Everything_is_there_again_after_a_restart()
    {
        await PutGroupAsync(1, published: true, "a", "b");
        var intervention = Bodies.Intervention(
            """{"all":[{"attribute":"g:a","operator":">=","value":2.50},{"none":[{"attribute":"g:b","operator":"in","value":[1,2]}]}]}""",
            ""","version":3,"is_published":true,"owner":"o","target_attribute_keys":[{"name":"user_id"}],"payload_attribute_groups":[{"name":"g","version":1}],"cooldown":"PT1H","priority":2""");
        Assert.IsType<Result.Ok>(await _registry.CreateInterventionAsync(intervention, None));

        using var after = await DefinitionRegistry.OpenAsync(_store, TimeProvider.System, None);

        Assert.Equal(DefinitionJson.ToJson(intervention), DefinitionJson.ToJson(after.Current.Interventions[new("i", 3)]));
        Assert.Contains(_store.Rows, row => row is { Kind: "intervention", Name: "i", Version: 3 });
        Assert.Equal(_registry.Current.PublishedAt, after.Current.PublishedAt);
    }

    [Fact]
    [Trait("Row", "41")]
    public async Task A_draft_needs_the_attribute_in_some_version_and_a_live_one_in_a_published_version()
    {
        await PutGroupAsync(1, published: false, "a");

        Assert.Equal(["""["body","criteria","attribute"]"""], await PlacesAsync(On("g:missing")));
        Assert.Equal(["""["body","criteria","attribute"]"""], await PlacesAsync(On("other:a")));
        Assert.Equal(["""["body","criteria","attribute"]"""], await PlacesAsync(On("g:a") with { IsPublished = true }));
        Assert.Empty(await PlacesAsync(On("g:a")));

        var references = new DefinitionReferences([new(ReferenceKind.Intervention, Id, FieldPath.Body.At("interventions").At(0))]);
        var refused = Assert.IsType<RegistryResult<DefinitionReferences>.Invalid>(await _registry.PublishAsync(references, None));
        Assert.Equal(["""["body","interventions",0,"criteria","attribute"]"""], Bodies.Places(refused.Errors));

        await PutGroupAsync(2, published: true, "a");
        Assert.IsType<RegistryResult<DefinitionReferences>.Ok>(await _registry.PublishAsync(references, None));
        Assert.True(_registry.Current.Interventions[Id].IsPublished);
    }

    [Fact]
    [Trait("Row", "41")]
    [Trait("Row", "42")]
    public async Task Targets_and_payload_groups_must_exist()
    {
        await PutGroupAsync(1, published: true, "a");
        var intervention = On("g:a") with { TargetAttributeKeys = ["user_id", "nobody"], PayloadAttributeGroups = [new("g", 1), new("g", 2)] };

        Assert.Equal(["""["body","target_attribute_keys",1]""", """["body","payload_attribute_groups",1]"""], await PlacesAsync(intervention));
    }

    [Theory]
    [Trait("Row", "41")]
    [InlineData("int32", ">", "5", null)]
    [InlineData("double", "<=", "\"5.5\"", null)]
    [InlineData("double", "<", "\"many\"", "value")]
    [InlineData("int64", "=", "true", "value")]
    [InlineData("int32", "in", "[1,2]", null)]
    [InlineData("int32", "in", "[\"1\",\"two\"]", "value,1")]
    [InlineData("int32", "in", "1", null)]
    [InlineData("int32", "rlike", "\"^1\"", null)]
    [InlineData("string", "=", "5", null)]
    [InlineData("string", ">", "\"a\"", null)]
    [InlineData("string", "like", "\"a%\"", null)]
    [InlineData("string", "not in", "[\"a\"]", null)]
    [InlineData("bool", "=", "true", null)]
    [InlineData("bool", "!=", "\"False\"", null)]
    [InlineData("bool", "=", "\"yes\"", "value")]
    [InlineData("bool", "=", "1", "value")]
    [InlineData("bool", ">", "1", "operator")]
    [InlineData("timestamp", ">", "\"2026-01-01T00:00:00Z\"", null)]
    [InlineData("timestamp", ">", "1767225600", "value")]
    [InlineData("unix_timestamp", ">", "1767225600", null)]
    [InlineData("unix_timestamp", ">", "\"2026-01-01T00:00:00Z\"", "value")]
    [InlineData("string_list", "in", "\"Nike\"", null)]
    [InlineData("string_list", "not in", "\"Nike\"", null)]
    [InlineData("string_list", "in", "[\"Nike\",\"Adidas\"]", "value")]
    [InlineData("string_list", "=", "\"Nike\"", "operator")]
    [InlineData("string_list", "like", "\"N%\"", "operator")]
    [InlineData("int32_list", "in", "\"Nike\"", "value")]
    [InlineData("int32_list", "is not null", "null", null)]
    [InlineData("string_list", "changed", "null", null)]
    [InlineData("dict", "in", "\"Nike\"", null)]
    [InlineData("dict", ">", "1", "operator")]
    [InlineData("dict", "is null", "null", null)]
    public async Task An_operator_and_its_value_must_fit_the_type_of_the_attribute(string type, string comparison, string value, string? refusedAt)
    {
        var aggregation = type.EndsWith("_list", StringComparison.Ordinal) ? "unique_list" : "last";
        await PutAsync(Bodies.Group(Bodies.GroupOf($$$"""{"name":"a","type":"{{{type}}}","aggregation":"{{{aggregation}}}","property":{"type":"atomic","name":"app_id"}}""")) with { IsPublished = true });
        var criterion = $$"""{"attribute":"g:a","operator":"{{comparison}}","value":{{value}}}""";
        var place = refusedAt is null ? null : "[\"body\",\"criteria\",\"all\",0," + (refusedAt == "value,1" ? "\"value\",1]" : $"\"{refusedAt}\"]");
        IReadOnlyList<string> expected = place is null ? [] : [place];

        foreach (var published in new[] { true, false })
            Assert.Equal(expected, await PlacesAsync(Bodies.Intervention($$"""{"all":[{{criterion}}]}""") with { Version = published ? 1 : 2, IsPublished = published }));
    }

    [Fact]
    [Trait("Row", "41")]
    public async Task A_draft_may_be_made_for_the_type_of_a_coming_version_but_not_published_before_it()
    {
        await PutGroupAsync(1, published: true, "a");
        await PutAsync(Bodies.Group(Bodies.GroupOf("""{"name":"a","type":"string","aggregation":"last","property":{"type":"atomic","name":"app_id"}}""")) with { Version = 2 });
        var intervention = Bodies.Intervention("""{"attribute":"g:a","operator":"=","value":"text"}""");

        Assert.Empty(await PlacesAsync(intervention));
        var early = Assert.IsType<Result.Invalid>(await _registry.ReplaceInterventionAsync(Id, intervention with { IsPublished = true }, None));
        Assert.Equal(["""["body","criteria","value"]"""], Bodies.Places(early.Errors));
        await PublishGroupAsync(2, published: true);
        Assert.IsType<Result.Ok>(await _registry.ReplaceInterventionAsync(Id, intervention with { IsPublished = true }, None));
    }

    [Fact]
    [Trait("Row", "51")]
    public async Task A_published_version_keeps_its_definition_but_not_its_words()
    {
        await PutGroupAsync(1, published: true, "a", "b");
        var live = Bodies.Intervention("""{"attribute":"g:a","operator":">=","value":5}""", ""","cooldown":"P1D" """) with { IsPublished = true };
        await _registry.CreateInterventionAsync(live, None);

        var described = live with { Description = "text", Owner = "o" };
        Assert.IsType<Result.Ok>(await _registry.ReplaceInterventionAsync(Id, described, None));
        Assert.Equal("text", _registry.Current.Interventions[Id].Description);
        // 5 and 5.0, P1D and PT24H are the same.
        var respelled = Bodies.Intervention("""{"attribute":"g:a","operator":">=","value":5.0}""", ""","cooldown":"PT24H" """) with { IsPublished = true };
        Assert.IsType<Result.Ok>(await _registry.ReplaceInterventionAsync(Id, respelled, None));

        InterventionDefinition[] changes =
        [
            live with { Criteria = On("g:b").Criteria },
            live with { TargetAttributeKeys = ["user_id"] },
            live with { PayloadAttributeGroups = [new("g", 1)] },
            live with { Guards = InterventionGuards.None },
        ];
        foreach (var change in changes)
            Assert.IsType<Result.Conflict>(await _registry.ReplaceInterventionAsync(Id, change, None));
        Assert.IsType<Result.Ok>(await _registry.ReplaceInterventionAsync(Id, changes[0] with { IsPublished = false }, None));
        Assert.Equal("b", ((AttributeCriterion)_registry.Current.Interventions[Id].Criteria).Attribute);
    }

    [Fact]
    [Trait("Row", "52")]
    public async Task A_published_version_is_not_deleted_and_a_draft_is()
    {
        await PutGroupAsync(1, published: true, "a");
        await _registry.CreateInterventionAsync(On("g:a") with { IsPublished = true }, None);

        Assert.IsType<Result.Conflict>(await _registry.DeleteInterventionAsync(Id, None));
        await _registry.ReplaceInterventionAsync(Id, On("g:a"), None);
        Assert.IsType<Result.Ok>(await _registry.DeleteInterventionAsync(Id, None));
        Assert.IsType<Result.NotFound>(await _registry.DeleteInterventionAsync(Id, None));
        Assert.IsType<Result.NotFound>(await _registry.ReplaceInterventionAsync(Id, On("g:a"), None));
    }

    [Fact]
    [Trait("Row", "55")]
    public async Task Unpublishing_the_last_version_that_has_the_attribute_unpublishes_the_intervention()
    {
        await PutGroupAsync(1, published: true, "a", "b");
        await PutGroupAsync(2, published: true, "a");
        await _registry.CreateInterventionAsync(On("g:a") with { Name = "on_a", IsPublished = true }, None);
        await _registry.CreateInterventionAsync(On("g:b") with { Name = "on_b", IsPublished = true }, None);
        await _registry.CreateInterventionAsync(
            Bodies.Intervention("""{"any":[{"attribute":"g:a","operator":"is null"},{"all":[{"attribute":"g:b","operator":"is null"}]}]}""") with { Name = "on_both", Version = 4, IsPublished = true }, None);

        await PublishGroupAsync(1, published: false);
        Assert.Equal(["on_a"], Published());

        await PublishGroupAsync(2, published: false);
        Assert.Empty(Published());
        using var after = await DefinitionRegistry.OpenAsync(_store, TimeProvider.System, None);
        Assert.DoesNotContain(after.Current.Interventions.Values, intervention => intervention.IsPublished);
    }

    [Fact]
    [Trait("Row", "55")]
    public async Task Turning_a_group_version_into_a_draft_without_the_attribute_unpublishes_too()
    {
        await PutGroupAsync(1, published: true, "a", "b");
        await _registry.CreateInterventionAsync(On("g:b") with { IsPublished = true }, None);

        await _registry.ReplaceAttributeGroupAsync(new("g", 1), Group(1, "a"), None);

        Assert.Empty(Published());
    }

    [Fact]
    [Trait("Row", "55")]
    public async Task Publishing_the_group_again_does_not_publish_the_intervention_again()
    {
        await PutGroupAsync(1, published: true, "a");
        await _registry.CreateInterventionAsync(On("g:a") with { IsPublished = true }, None);
        await PublishGroupAsync(1, published: false);

        await PublishGroupAsync(1, published: true);

        Assert.Empty(Published());
        Assert.IsType<Result.Ok>(await _registry.ReplaceInterventionAsync(Id, On("g:a") with { IsPublished = true }, None));
    }

    [Fact]
    [Trait("Row", "55")]
    public async Task Interventions_on_other_groups_and_drafts_of_a_group_change_nothing()
    {
        await PutGroupAsync(1, published: true, "a");
        await PutAsync(Group(1, "a") with { Name = "other", IsPublished = true });
        await _registry.CreateInterventionAsync(On("g:a") with { IsPublished = true }, None);

        await PutAsync(Group(2, "b"));
        await _registry.DeleteAttributeGroupAsync(new("g", 2), None);
        await _registry.UnpublishAsync(new([new(ReferenceKind.AttributeGroup, new("other", 1), FieldPath.Body)]), None);

        Assert.Equal(["i"], Published());
    }

    [Fact]
    public async Task A_group_version_whose_type_does_not_fit_a_published_intervention_is_not_published_before_that_is_unpublished()
    {
        await PutGroupAsync(1, published: true, "a");
        await PutAsync(TextGroup(2));
        var live = Bodies.Intervention("""{"attribute":"g:a","operator":">=","value":5}""") with { IsPublished = true };
        await _registry.CreateInterventionAsync(live, None);
        var references = new DefinitionReferences([new(ReferenceKind.AttributeGroup, new("g", 2), FieldPath.Body.At("attribute_groups").At(0))]);

        var refused = Assert.IsType<RegistryResult<DefinitionReferences>.Invalid>(await _registry.PublishAsync(references, None));
        Assert.Equal(["""["body","attribute_groups",0]"""], Bodies.Places(refused.Errors));
        Assert.Contains("intervention 'i'", refused.Errors[0].Msg, StringComparison.Ordinal);
        Assert.False(_registry.Current.AttributeGroups[new("g", 2)].IsPublished);
        Assert.IsType<RegistryResult<AttributeGroupDefinition>.Invalid>(await _registry.ReplaceAttributeGroupAsync(new("g", 2), TextGroup(2) with { IsPublished = true }, None));

        await _registry.ReplaceInterventionAsync(Id, live with { IsPublished = false }, None);
        Assert.IsType<RegistryResult<DefinitionReferences>.Ok>(await _registry.PublishAsync(references, None));
    }

    [Fact]
    public async Task A_group_version_of_another_type_is_published_when_the_conditions_fit_it_all_the_same()
    {
        await PutGroupAsync(1, published: true, "a");
        await PutAsync(TextGroup(2));
        await _registry.CreateInterventionAsync(On("g:a") with { IsPublished = true }, None);

        await PublishGroupAsync(2, published: true);

        Assert.Equal(["i"], Published());
    }

    [Fact]
    public async Task Unpublishing_down_to_a_version_of_a_type_that_does_not_fit_unpublishes_the_intervention()
    {
        await PutAsync(TextGroup(1) with { IsPublished = true });
        await PutGroupAsync(2, published: true, "a");
        await _registry.CreateInterventionAsync(Bodies.Intervention("""{"attribute":"g:a","operator":">=","value":5}""") with { IsPublished = true }, None);

        await PublishGroupAsync(2, published: false);

        Assert.Empty(Published());
    }

    [Fact]
    [Trait("Row", "42")]
    public async Task A_payload_group_may_go_and_the_published_intervention_stays()
    {
        await PutGroupAsync(1, published: true, "a");
        await PutGroupAsync(2, published: true, "a");
        var live = On("g:a") with { IsPublished = true, PayloadAttributeGroups = [new("g", 1)] };
        await _registry.CreateInterventionAsync(live, None);
        await PublishGroupAsync(1, published: false);
        await _registry.DeleteAttributeGroupAsync(new("g", 1), None);

        Assert.Equal(["i"], Published());
        Assert.IsType<Result.Ok>(await _registry.ReplaceInterventionAsync(Id, live with { Description = "still mine" }, None));
        Assert.IsType<Result.Invalid>(await _registry.ReplaceInterventionAsync(Id, live with { IsPublished = false }, None));
    }

    [Fact]
    public async Task The_key_that_a_published_intervention_goes_to_is_not_deleted()
    {
        await _registry.CreateAttributeKeyAsync(Bodies.Key("""{"name":"tier","key":"app_id"}"""), None);
        await PutGroupAsync(1, published: true, "a");
        var intervention = On("g:a") with { TargetAttributeKeys = ["tier"] };
        await _registry.CreateInterventionAsync(intervention with { IsPublished = true }, None);

        Assert.IsType<RegistryResult<AttributeKeyDefinition>.Conflict>(await _registry.DeleteAttributeKeyAsync("tier", None));
        await _registry.ReplaceInterventionAsync(Id, intervention, None);
        Assert.IsType<RegistryResult<AttributeKeyDefinition>.Ok>(await _registry.DeleteAttributeKeyAsync("tier", None));
    }

    private static InterventionDefinition On(string attribute) => Bodies.Intervention($$"""{"attribute":"{{attribute}}","operator":"is not null"}""");

    private static AttributeGroupDefinition Group(int version, params string[] attributes) =>
        Bodies.Group(Bodies.GroupOf([.. attributes.Select(name => Bodies.CounterAttribute.Replace("\"a\"", $"\"{name}\"", StringComparison.Ordinal))])) with { Version = version };

    /// <summary>A version in which <c>a</c> is a list of texts.</summary>
    private static AttributeGroupDefinition TextGroup(int version) => Bodies.Group(
        Bodies.GroupOf("""{"name":"a","type":"string_list","aggregation":"unique_list","property":{"type":"atomic","name":"app_id"}}""")) with
    { Version = version };

    private Task PutGroupAsync(int version, bool published, params string[] attributes) => PutAsync(Group(version, attributes) with { IsPublished = published });

    private async Task PutAsync(AttributeGroupDefinition group) =>
        Assert.IsType<RegistryResult<AttributeGroupDefinition>.Ok>(await _registry.CreateAttributeGroupAsync(group, None));

    private async Task PublishGroupAsync(int version, bool published)
    {
        var references = new DefinitionReferences([new(ReferenceKind.AttributeGroup, new("g", version), FieldPath.Body)]);
        Assert.IsType<RegistryResult<DefinitionReferences>.Ok>(await (published ? _registry.PublishAsync(references, None) : _registry.UnpublishAsync(references, None)));
    }

    // What is wrong with it; when nothing is, it is registered.
    private async Task<IReadOnlyList<string>> PlacesAsync(InterventionDefinition intervention) =>
        await _registry.CreateInterventionAsync(intervention, None) is Result.Invalid invalid ? Bodies.Places(invalid.Errors) : [];

    private IEnumerable<string> Published() =>
        _registry.Current.Interventions.Values.Where(intervention => intervention.IsPublished).Select(intervention => intervention.Name).Order(StringComparer.Ordinal);
}
