using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Keeping definitions: concurrency, other processes, restarts. The rules themselves are tested over HTTP.</summary>
public sealed class DefinitionRegistryTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly MemoryDefinitionStore _store = new();

    [Fact]
    [Trait("Row", "24")]
    public async Task A_new_registry_has_the_built_in_keys_and_nothing_stored()
    {
        using var registry = await OpenAsync();

        Assert.Equal(["domain_sessionid", "domain_userid", "network_userid", "snowplow_id", "user_id"], registry.Current.AttributeKeys.Keys);
        Assert.Empty(_store.Rows);
        Assert.Equal(0, registry.Current.Revision);
    }

    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        using var before = await OpenAsync();
        await before.CreateAttributeKeyAsync(Bodies.Key("""{"name":"tier","ttl":"P1D","property":{"type":"entity","vendor":"v","name":"n","major_version":1,"path":"p","index":2}}"""), None);
        await before.ReplaceAttributeKeyAsync("user_id", Bodies.Key("""{"name":"user_id","description":"text"}"""), None);
        await before.CreateAttributeGroupAsync(Group("g") with { IsPublished = true }, None);
        await before.CreateServiceAsync(new() { Name = "s", AttributeGroups = [new("g", 1)], IsPublished = true }, None);

        using var after = await OpenAsync();

        Assert.Equal(before.Current.AttributeKeys, after.Current.AttributeKeys);
        Assert.Equal("text", after.Current.AttributeKeys["user_id"].Description);
        Assert.Equal(Json(before), Json(after));
        Assert.Equal(before.Current.PublishedAt, after.Current.PublishedAt);
        Assert.Equal(before.Current.AttributeGroups[new("g", 1)].PublishedAt, after.Current.AttributeGroups[new("g", 1)].PublishedAt);
        Assert.NotNull(after.Current.PublishedAt);
        Assert.Equal([new("g", 1)], after.Current.Services["s"].AttributeGroups);
        Assert.Equal(before.Current.Revision, after.Current.Revision);
    }

    [Fact]
    public async Task A_change_shows_in_the_snapshot_and_is_announced_once()
    {
        using var registry = await OpenAsync();
        var announced = new List<DefinitionSnapshot>();
        registry.Changed += announced.Add;

        await registry.CreateAttributeGroupAsync(Group("g"), None);
        await registry.CreateAttributeGroupAsync(Group("g"), None);

        Assert.Same(registry.Current, Assert.Single(announced));
        Assert.Contains(new VersionedName("g", 1), registry.Current.AttributeGroups.Keys);
    }

    [Fact]
    public async Task A_lost_race_is_run_again_on_what_the_other_process_wrote()
    {
        using var registry = await OpenAsync();
        using var other = await OpenAsync();
        _store.BeforeWrite = async () =>
        {
            _store.BeforeWrite = null;
            await other.CreateAttributeGroupAsync(Group("theirs"), None);
        };

        var result = await registry.CreateAttributeGroupAsync(Group("mine"), None);

        Assert.IsType<RegistryResult<AttributeGroupDefinition>.Ok>(result);
        Assert.Equal(["mine", "theirs"], registry.Current.AttributeGroups.Keys.Select(id => id.Name).Order());
        Assert.Equal(2, registry.Current.Revision);
    }

    [Fact]
    public async Task The_loser_of_a_race_for_one_name_is_told_that_it_exists()
    {
        using var registry = await OpenAsync();
        using var other = await OpenAsync();
        _store.BeforeWrite = async () =>
        {
            _store.BeforeWrite = null;
            await other.CreateAttributeGroupAsync(Group("g") with { Description = "theirs" }, None);
        };

        var result = await registry.CreateAttributeGroupAsync(Group("g"), None);

        Assert.IsType<RegistryResult<AttributeGroupDefinition>.AlreadyExists>(result);
        Assert.Equal("theirs", registry.Current.AttributeGroups[new("g", 1)].Description);
    }

    [Fact]
    public async Task Losing_every_race_ends_in_an_error_and_not_in_a_loop()
    {
        using var registry = await OpenAsync();
        var number = 0;
        _store.BeforeWrite = async () =>
        {
            var meanwhile = _store.BeforeWrite;
            _store.BeforeWrite = null;
            using var other = await OpenAsync();
            await other.CreateAttributeGroupAsync(Group($"g{number++}"), None);
            _store.BeforeWrite = meanwhile;
        };

        await Assert.ThrowsAsync<TimeoutException>(() => registry.CreateAttributeGroupAsync(Group("mine"), None));
    }

    [Fact]
    public async Task Refreshing_loads_only_what_changed_elsewhere()
    {
        using var registry = await OpenAsync();
        using var other = await OpenAsync();
        var announced = 0;
        registry.Changed += _ => announced++;
        var loads = _store.Loads;

        await registry.RefreshAsync(None);
        Assert.Equal((loads, 0), (_store.Loads, announced));

        await other.CreateAttributeGroupAsync(Group("g"), None);
        await registry.RefreshAsync(None);
        await registry.RefreshAsync(None);

        Assert.Equal((loads + 1, 1), (_store.Loads, announced));
        Assert.Contains(new VersionedName("g", 1), registry.Current.AttributeGroups.Keys);
    }

    [Fact]
    public async Task Changes_of_many_callers_at_once_are_all_kept()
    {
        using var registry = await OpenAsync();

        await Task.WhenAll(Enumerable.Range(1, 50).Select(version => Task.Run(() => registry.CreateAttributeGroupAsync(Group("g") with { Version = version }, None))));

        Assert.Equal(50, registry.Current.AttributeGroups.Count);
        Assert.Equal(50, registry.Current.Revision);
    }

    [Fact]
    public async Task A_stored_definition_that_cannot_be_read_is_named()
    {
        await _store.TryWriteAsync(0, [new("attribute_group", "broken", 3, """{"name":"broken","version":3,"attributes":5}""")], None);

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => OpenAsync());

        Assert.Contains("attribute_group 'broken' version 3", error.Message);
    }

    [Fact]
    public async Task Kinds_that_are_not_known_are_left_alone()
    {
        await _store.TryWriteAsync(0, [new("something_newer", "x", 1, "{}")], None);
        using var registry = await OpenAsync();

        await registry.CreateAttributeGroupAsync(Group("g"), None);

        Assert.Contains(_store.Rows, row => row.Kind == "something_newer");
    }

    [Fact]
    [Trait("Row", "53")]
    public async Task The_time_of_publication_is_that_of_the_last_time_it_went_live()
    {
        var time = new ManualTime();
        using var registry = await DefinitionRegistry.OpenAsync(_store, time, None);
        var id = new VersionedName("g", 1);
        await registry.CreateAttributeGroupAsync(Group("g"), None);
        Assert.Null(registry.Current.AttributeGroups[id].PublishedAt);
        Assert.Null(registry.Current.PublishedAt);

        time.Now += TimeSpan.FromHours(1);
        var first = time.Now;
        await registry.ReplaceAttributeGroupAsync(id, Group("g") with { IsPublished = true }, None);
        time.Now += TimeSpan.FromHours(1);
        await registry.ReplaceAttributeGroupAsync(id, Group("g") with { IsPublished = true, Description = "text" }, None);
        Assert.Equal((first, first), (registry.Current.AttributeGroups[id].PublishedAt, registry.Current.PublishedAt));

        await registry.ReplaceAttributeGroupAsync(id, Group("g"), None);
        Assert.Equal((first, time.Now), (registry.Current.AttributeGroups[id].PublishedAt, registry.Current.PublishedAt));
    }

    [Theory]
    [Trait("Row", "51")]
    [InlineData("""{"ttl":"P2D"}""", false)]
    [InlineData("""{"refresh_rate":"P1D"}""", false)]
    [InlineData("""{"refresh_rate":"PT1H"}""", true)]
    [InlineData("""{"backfill_since_tstamp":"2026-01-01"}""", false)]
    [InlineData("""{"attribute_key":{"name":"domain_userid"}}""", false)]
    [InlineData("""{"attribute_key":{"name":"user_id","description":"other words"}}""", true)]
    [InlineData("""{"online":false,"owner":"o","description":"d"}""", true)]
    [InlineData("""{"offline":true}""", false)]
    [InlineData("""{"offline":false}""", true)]
    [InlineData("""{"attributes":[]}""", false)]
    [InlineData("""{"attributes":[{"name":"b","type":"int32","aggregation":"counter"}]}""", false)]
    [InlineData("""{"attributes":[{"name":"a","type":"int32","aggregation":"counter","default_value":0}]}""", false)]
    [InlineData("""{"attributes":[{"name":"a","type":"int32","aggregation":"counter","ttl":"P1D"}]}""", false)]
    [InlineData("""{"attributes":[{"name":"a","type":"int32","aggregation":"counter","events":[{"name":"x"}]}]}""", false)]
    [InlineData("""{"attributes":[{"name":"a","type":"int32","aggregation":"counter","description":"d","events":[]}]}""", true)]
    public async Task A_published_version_accepts_only_what_means_the_same(string change, bool accepted)
    {
        using var registry = await OpenAsync();
        await registry.CreateAttributeGroupAsync(Group("g") with { IsPublished = true }, None);
        var body = System.Text.Json.Nodes.JsonNode.Parse(Bodies.GroupOf(Bodies.CounterAttribute))!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(change)!.AsObject())
            body[name] = value?.DeepClone();

        var result = await registry.ReplaceAttributeGroupAsync(new("g", 1), Bodies.Group(body.ToJsonString()) with { IsPublished = true }, None);

        if (accepted)
            Assert.IsType<RegistryResult<AttributeGroupDefinition>.Ok>(result);
        else
            Assert.True(result is RegistryResult<AttributeGroupDefinition>.Conflict or RegistryResult<AttributeGroupDefinition>.Invalid);
        Assert.Equal(accepted ? 2 : 1, registry.Current.Revision);
    }

    private static AttributeGroupDefinition Group(string name) => Bodies.Group(Bodies.GroupOf(Bodies.CounterAttribute)) with { Name = name };

    private static string Json(DefinitionRegistry registry) => DefinitionJson.ToJson(registry.Current.AttributeGroups.Values.Single());

    private Task<DefinitionRegistry> OpenAsync() => DefinitionRegistry.OpenAsync(_store, TimeProvider.System, None);

    private sealed class ManualTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
