using Signals.Engine.Definitions;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 14.1 and 3.2: whose profile an event belongs to.</summary>
[Trait("Row", "25")]
public sealed class IdentifierTests
{
    private static readonly EventProperty Id = V with { Path = "id" };

    [Theory]
    [InlineData("\"u7\"", "u7")]
    [InlineData("12", "12")]
    [InlineData("12.50", "12.5")]
    [InlineData("-3", "-3")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("1e21", "1000000000000000000000")]
    [InlineData("1e-7", "0.0000001")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("\"\\u00e9\\\"\"", "é\"")]
    [InlineData("\" u7 \"", " u7 ")]
    public async Task The_identifier_is_rendered_as_text(string json, string identifier)
    {
        var engine = await ProcessAsync(json);

        Assert.Equal("1", await engine.ReadAsync(identifier: identifier, key: "thing_id"));
        Assert.Equal(1, engine.Profiles.Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("{\"a\":1}")]
    [InlineData("[\"u7\"]")]
    [InlineData("1e999")]
    [InlineData("\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("\"00000000-0000-4000-A000-000000000000\"")]
    [InlineData("\"00000000-0000-4000-a000-000000000000\"")]
    [InlineData("\"\\u0030\\u0030000000-0000-0000-0000-000000000000\"")]
    public async Task These_values_identify_nobody(string json) => Assert.Equal(0, (await ProcessAsync(json)).Profiles.Count);

    [Theory]
    [InlineData(512, "x", 1)]
    [InlineData(513, "x", 0)]
    [InlineData(512, "é", 1)]
    [InlineData(513, "é", 0)]
    [InlineData(512, "\\u00e9", 1)]
    [InlineData(513, "\\u00e9", 0)]
    [InlineData(100_000, "x", 0)]
    public async Task An_identifier_of_more_than_512_characters_is_none(int length, string character, int profiles)
    {
        var engine = await ProcessAsync($"\"{string.Concat(Enumerable.Repeat(character, length))}\"");

        Assert.Equal(profiles, engine.Profiles.Count);
    }

    [Theory]
    [InlineData("user_id", 1)]
    [InlineData("user_ipaddress", 0)]
    public async Task An_unknown_address_identifies_nobody_but_a_user_may_have_that_name(string column, int profiles)
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(new AttributeKeyDefinition { Name = "k", Property = new AtomicProperty { Name = column }, IsPublished = true });
        engine.Definitions.Add(TestDefinitions.Group("g", 1, "k", Counter));

        await engine.ProcessAsync(PageView().With(column, "unknown"));

        Assert.Equal(profiles, engine.Profiles.Count);
    }

    [Fact]
    public async Task A_custom_key_reads_an_entity_an_atomic_column_or_its_deprecated_key()
    {
        var engine = new EngineUnderTest();
        engine.Definitions
            .Add(new AttributeKeyDefinition { Name = "by_entity", Property = new EntityProperty { Vendor = "com.acme", Name = "user", MajorVersion = 1, Path = "ids[0]", Index = 1 } })
            .Add(new AttributeKeyDefinition { Name = "by_column", Property = new AtomicProperty { Name = "page_urlport" } })
            .Add(new AttributeKeyDefinition { Name = "by_key", Key = "app_id" })
            .Add(new AttributeKeyDefinition { Name = "external", ExternalColumn = "external" });
        foreach (var key in (string[])["by_entity", "by_column", "by_key", "external", "user_id"])
            engine.Definitions.Add(TestDefinitions.Group(key, 1, key, Counter));

        await engine.ProcessAsync(
            PageView().With("page_urlport", "443").WithEntity("com.acme", "user", "1-0-0", """{"ids":["no"]}""").WithEntity("com.acme", "user", "1-0-0", """{"ids":["e7"]}"""));

        Assert.Equal("1", await engine.ReadAsync("by_entity_v1:a", "e7", "by_entity"));
        Assert.Equal("1", await engine.ReadAsync("by_column_v1:a", "443", "by_column"));
        Assert.Equal("1", await engine.ReadAsync("by_key_v1:a", "shop", "by_key"));
        Assert.Equal("1", await engine.ReadAsync("user_id_v1:a", "u1"));
        Assert.Equal(4, engine.Profiles.Count);
    }

    [Fact]
    public async Task One_event_updates_every_key_whose_identifier_it_has()
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(TestDefinitions.Group("user", 1, "user_id", Counter)).Add(TestDefinitions.Group("device", 1, "domain_userid", Counter));

        await engine.ProcessAsync(
            PageView(1).With("domain_userid", "d1"), PageView(2).With("domain_userid", "d1").With("user_id", ""), PageView(3).With("domain_userid", "d2"));

        Assert.Equal("2", await engine.ReadAsync("user_v1:a"));
        Assert.Equal("2", await engine.ReadAsync("device_v1:a", "d1", "domain_userid"));
        Assert.Equal("1", await engine.ReadAsync("device_v1:a", "d2", "domain_userid"));
    }

    private static async Task<EngineUnderTest> ProcessAsync(string idJson)
    {
        var engine = new EngineUnderTest();
        engine.Definitions.Add(new AttributeKeyDefinition { Name = "thing_id", Property = Id, IsPublished = true });
        engine.Definitions.Add(TestDefinitions.Group("g", 1, "thing_id", Counter));
        var result = await engine.ProcessAsync(Event("com.acme", "thing", "1-0-0", $$"""{"id":{{idJson}}}"""));
        Assert.Equal((1, 0), (result.Applied, result.Bad));
        return engine;
    }
}
