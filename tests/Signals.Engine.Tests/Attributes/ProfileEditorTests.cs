using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Changes to profiles that do not come from events: push (spec signals-api 8.5), delete (8.6), removal of definitions (7.3).</summary>
public sealed class ProfileEditorTests
{
    [Theory]
    [Trait("Row", "64")]
    [InlineData("tier", "\"gold\"", "\"gold\"")]
    [InlineData("tier", "12.50", "\"12.5\"")]
    [InlineData("score", "7.9", "7")]
    [InlineData("score", "99999999999", "2147483647")]
    [InlineData("score", "\"12\"", "12")]
    [InlineData("brands", "[\"a\",1,null]", "[\"a\",\"1\"]")]
    [InlineData("brands", "[]", "[]")]
    [InlineData("since", "\"2026-04-09T14:23:01+02:00\"", "\"2026-04-09T12:23:01.000Z\"")]
    [InlineData("extra", "{\"a\":[1,{\"b\":\"é\"}]}", "{\"a\":[1,{\"b\":\"é\"}]}")]
    public async Task Pushed_values_read_in_the_type_of_the_field(string field, string json, string expected)
    {
        var engine = NewEngine();

        Assert.Null(await PushAsync(engine, field, json));

        Assert.Equal(expected, await engine.ReadAsync($"crm_v1:{field}"));
    }

    [Fact]
    [Trait("Row", "64")]
    public async Task A_push_overwrites_and_null_deletes_also_within_one_instant()
    {
        var engine = NewEngine();
        await PushAsync(engine, "tier", "\"gold\"");
        await PushAsync(engine, "score", "1");
        await PushAsync(engine, "tier", "\"bronze\"");
        Assert.Equal("\"bronze\"", await engine.ReadAsync("crm_v1:tier"));

        await PushAsync(engine, "tier", "null");

        Assert.Equal("null", await engine.ReadAsync("crm_v1:tier"));
        Assert.Equal("1", await engine.ReadAsync("crm_v1:score"));
    }

    [Fact]
    [Trait("Row", "64")]
    public async Task Every_identifier_gets_its_own_row_of_values()
    {
        var engine = NewEngine();
        var values = WarehouseGroups.Values("tier", "\"gold\"", "\"silver\"", "null");
        values.Add("score", WarehouseGroups.Values("score", "1", "2", "3")["score"]);

        Assert.Null(await engine.Editor.PushAsync(WarehouseGroups.CrmId, ["u1", "u2", "u3"], values, default));

        var result = await engine.AskAsync(null, ["crm_v1:tier", "crm_v1:score"], ("user_id", ["u3", "u2", "u1"]));
        Assert.Equal(["null", "\"silver\"", "\"gold\""], result.Columns[0].Values.Select(value => value.ToJson()));
        Assert.Equal(["3", "2", "1"], result.Columns[1].Values.Select(value => value.ToJson()));
    }

    [Theory]
    [Trait("Row", "64")]
    [InlineData("nothing", "1", "nothing")]
    [InlineData("score", "\"x\"", "attributes.score[0]")]
    [InlineData("brands", "\"a\"", "attributes.brands[0]")]
    [InlineData("since", "\"tomorrow\"", "attributes.since[0]")]
    [InlineData("extra", "[1]", "attributes.extra[0]")]
    public async Task A_value_that_does_not_fit_is_refused_by_name_and_nothing_is_stored(string field, string json, string named)
    {
        var engine = NewEngine();

        Assert.Contains(named, await PushAsync(engine, field, json), StringComparison.Ordinal);

        Assert.Equal(0, engine.Profiles.Count);
    }

    [Fact]
    [Trait("Row", "64")]
    public async Task Lists_of_another_length_and_groups_that_cannot_be_pushed_are_refused()
    {
        var engine = NewEngine();
        engine.Definitions.Add(TestDefinitions.Group(Counter)).Add(WarehouseGroups.Crm() with { Version = 2, IsPublished = false });
        var values = WarehouseGroups.Values("tier", "\"gold\"");

        Assert.Contains("attributes.tier", await engine.Editor.PushAsync(WarehouseGroups.CrmId, ["u1", "u2"], values, default), StringComparison.Ordinal);
        Assert.NotNull(await engine.Editor.PushAsync(new("g", 1), ["u1"], WarehouseGroups.Values("a", "1"), default));
        Assert.NotNull(await engine.Editor.PushAsync(new("crm", 2), ["u1"], values, default));
        Assert.NotNull(await engine.Editor.PushAsync(new("none", 1), ["u1"], values, default));
        Assert.Equal(0, engine.Profiles.Count);
    }

    [Fact]
    [Trait("Row", "64")]
    public async Task Pushed_values_and_streamed_values_live_in_one_profile_and_survive_each_other()
    {
        var engine = NewEngine();
        engine.Definitions.Add(TestDefinitions.Group(Counter));
        await engine.ProcessAsync(PageView(1));
        await PushAsync(engine, "tier", "\"gold\"");
        await engine.ProcessAsync(PageView(2));
        engine.Profiles.LosesRace = LoseOnce();
        await PushAsync(engine, "score", "5");

        Assert.Equal("2", await engine.ReadAsync());
        Assert.Equal("\"gold\"", await engine.ReadAsync("crm_v1:tier"));
        Assert.Equal("5", await engine.ReadAsync("crm_v1:score"));
        Assert.Equal(1, engine.Profiles.Count);
    }

    [Fact]
    [Trait("Row", "65")]
    public async Task Delete_removes_everything_of_one_identifier_and_says_whether_there_was_anything()
    {
        var engine = NewEngine();
        engine.Definitions.Add(TestDefinitions.Group(Counter));
        await engine.ProcessAsync(PageView(1), PageView(1).With("user_id", "u2"));
        await PushAsync(engine, "tier", "\"gold\"");

        Assert.True(await engine.Editor.DeleteAsync(new ProfileKey("user_id", "u1"), default));
        Assert.False(await engine.Editor.DeleteAsync(new ProfileKey("user_id", "u1"), default));

        Assert.Equal("null", await engine.ReadAsync());
        Assert.Equal("null", await engine.ReadAsync("crm_v1:tier"));
        Assert.Equal("1", await engine.ReadAsync(identifier: "u2"));
        await engine.ProcessAsync(PageView(2));
        Assert.Equal("1", await engine.ReadAsync());
    }

    [Fact]
    [Trait("Row", "52")]
    public async Task Removing_definitions_removes_their_values_from_every_profile_and_leaves_the_rest()
    {
        var engine = new EngineUnderTest(Counter, Over(AggregationKind.Sum, AttributeType.Int32) with { Name = "sum" });
        var key = engine.Definitions.Current.AttributeKeys["user_id"];
        var removed = new HashSet<DefinitionId> { DefinitionHash.Of(key, Over(AggregationKind.Sum, AttributeType.Int32)) };
        await engine.ProcessAsync(Enumerable.Range(0, 1_200).Select(i => Thing("5").With("user_id", $"u{i}")));
        await engine.ProcessAsync(PageView(2).With("user_id", "no sum"));
        var written = engine.Profiles.ProfilesWritten;
        engine.Profiles.LosesRace = LoseOnce();

        await engine.Editor.RemoveDefinitionsAsync("user_id", removed, default);

        engine.Restart();
        foreach (var user in (string[])["u0", "u1199"])
        {
            Assert.Equal("null", await engine.ReadAsync("g_v1:sum", user));
            Assert.Equal("1", await engine.ReadAsync("g_v1:a", user));
        }
        Assert.Equal(1_200, engine.Profiles.ProfilesWritten - written);
        await engine.ProcessAsync(Thing("7", 9).With("user_id", "u3"));
        Assert.Equal("7", await engine.ReadAsync("g_v1:sum", "u3"));
    }

    [Fact]
    [Trait("Row", "52")]
    public async Task Values_of_definitions_that_are_no_longer_published_can_be_removed_too()
    {
        var engine = new EngineUnderTest(Counter);
        var id = DefinitionHash.Of(engine.Definitions.Current.AttributeKeys["user_id"], Counter);
        await engine.ProcessAsync(PageView(1));
        engine.Definitions.Publish("g", 1, false);

        await engine.Editor.RemoveDefinitionsAsync("user_id", new HashSet<DefinitionId> { id }, default);
        engine.Definitions.Publish("g", 1);

        Assert.Equal("null", await engine.ReadAsync());
    }

    private static EngineUnderTest NewEngine()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(WarehouseGroups.Crm());
        return engine;
    }

    private static async Task<string?> PushAsync(EngineUnderTest engine, string field, string json) =>
        await engine.Editor.PushAsync(WarehouseGroups.CrmId, ["u1"], WarehouseGroups.Values(field, json), default);

    private static Func<ProfileKey, bool> LoseOnce()
    {
        var left = 1;
        return _ => left-- > 0;
    }
}
