using Signals.Engine.Definitions;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Attributes;
using Signals.Engine.Tests.Definitions;

namespace Signals.Engine.Tests.Identities;

public sealed class IdentityConfigurationRegistryTests
{
    private readonly MemoryDefinitionStore _store = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Without_a_version_nothing_is_resolved()
    {
        using var registry = await OpenAsync();

        Assert.Empty(registry.Current.Configuration.Identifiers);
        Assert.Empty(registry.Versions);
    }

    [Fact]
    public async Task Published_configuration_is_in_force_here_and_after_a_restart()
    {
        using var registry = await OpenAsync();

        var version = await PublishAsync(registry, User(1));

        Assert.Equal(1, version.Configuration.Version);
        Assert.Same(version.Configuration, registry.Current.Configuration);
        using var restarted = await OpenAsync();
        Assert.Equal(IdentityConfigurationJson.ToJson(version.Configuration), IdentityConfigurationJson.ToJson(restarted.Current.Configuration));
        Assert.Equal(1, restarted.Current.Configuration.Version);
    }

    [Fact]
    public async Task A_version_says_who_changed_what_and_when()
    {
        using var registry = await OpenAsync();
        await PublishAsync(registry, IdentityConfigurations.With("""{"name":"user_id","priority":1,"property":"user_id"}""", """ "blocked_values":["a"] """));

        await PublishAsync(registry, IdentityConfigurations.With("""{"name":"user_id","priority":2,"property":"user_id"},{"name":"d","priority":1,"property":"domain_userid"}"""), "ann");

        using var restarted = await OpenAsync();
        var version = restarted.Versions[0];
        Assert.Equal(("ann", _time.GetUtcNow()), (version.Author, version.At));
        Assert.Contains(new ConfigurationChange("blocked_values", "[\"a\"]", "[]"), version.Changes);
        Assert.Contains(new ConfigurationChange("identifiers", "[\"user_id\"]", "[\"user_id\",\"d\"]"), version.Changes);
        Assert.Contains(new ConfigurationChange("identifiers.user_id.priority", "1", "2"), version.Changes);
        Assert.Contains(new ConfigurationChange("identifiers.d.field.name", null, "\"domain_userid\""), version.Changes);
        Assert.DoesNotContain(version.Changes, change => change.Path is "identifiers.user_id.unique" or "id_strategy");
        Assert.Equal([2, 1], restarted.Versions.Select(one => one.Configuration.Version));
    }

    [Fact]
    public async Task Secrets_are_not_in_the_record_of_changes()
    {
        using var registry = await OpenAsync();
        await PublishAsync(registry, User(1) with { IdSecret = "first-secret-0123" });
        await PublishAsync(registry, User(1) with { IdSecret = "second-secret-0123" });

        Assert.Contains(registry.Versions[1].Changes, change => change.Path == "id_secret_set");
        Assert.Equal("id_secret", Assert.Single(registry.Versions[0].Changes).Path);
        Assert.DoesNotContain(registry.Versions.SelectMany(version => version.Changes), change => $"{change.Before}{change.After}".Contains("-secret-", StringComparison.Ordinal));
        using var restarted = await OpenAsync();
        Assert.Equal("second-secret-0123", restarted.Current.Configuration.IdSecret);
    }

    [Fact]
    public async Task Equal_configuration_makes_no_new_version()
    {
        using var registry = await OpenAsync();
        await PublishAsync(registry, User(1));
        var plan = registry.Current;

        Assert.Equal(1, (await PublishAsync(registry, User(1))).Configuration.Version);
        Assert.Same(plan, registry.Current);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(2, false)]
    public async Task The_expected_version_has_to_be_in_force(long expected, bool fits)
    {
        using var registry = await OpenAsync();
        await PublishAsync(registry, User(1));

        var result = await registry.PublishAsync(User(2), "ann", expected, default);

        Assert.Equal(fits, result is RegistryResult<IdentityConfigurationVersion>.Ok);
        Assert.Equal(fits ? 2 : 1, registry.Current.Configuration.Version);
    }

    [Fact]
    public async Task Other_processes_notice_a_new_version_and_keep_their_plan_otherwise()
    {
        using var one = await OpenAsync();
        using var other = await OpenAsync();
        using var definitions = await DefinitionRegistry.OpenAsync(_store, _time, default);
        await PublishAsync(one, User(1));

        await other.RefreshAsync(default);
        var plan = other.Current;
        await definitions.CreateAttributeKeyAsync(new AttributeKeyDefinition { Name = "order_id" }, default);
        await other.RefreshAsync(default);

        Assert.Equal(1, plan.Configuration.Version);
        Assert.Same(plan, other.Current);
    }

    [Fact]
    public async Task Definitions_and_configurations_do_not_disturb_each_other()
    {
        using var registry = await OpenAsync();
        using var definitions = await DefinitionRegistry.OpenAsync(_store, _time, default);
        await PublishAsync(registry, User(1));
        Assert.IsType<RegistryResult<AttributeKeyDefinition>.Ok>(await definitions.CreateAttributeKeyAsync(new AttributeKeyDefinition { Name = "order_id" }, default));
        await PublishAsync(registry, User(2));
        await definitions.RefreshAsync(default);

        using var restarted = await DefinitionRegistry.OpenAsync(_store, _time, default);
        Assert.Contains("order_id", restarted.Current.AttributeKeys.Keys);
        Assert.Equal(2, (await OpenAsync()).Current.Configuration.Version);
    }

    [Fact]
    public async Task A_lost_race_is_run_again()
    {
        using var one = await OpenAsync();
        using var other = await OpenAsync();
        _store.BeforeWrite = async () =>
        {
            _store.BeforeWrite = null;
            await PublishAsync(other, User(7));
        };

        var version = await PublishAsync(one, User(1));

        Assert.Equal(2, version.Configuration.Version);
        Assert.Contains(new ConfigurationChange("identifiers.user_id.priority", "7", "1"), version.Changes);
    }

    [Fact]
    public async Task Only_the_newest_versions_are_kept()
    {
        using var registry = await OpenAsync();
        for (var priority = 0; priority < IdentityConfigurationRegistry.MaxVersions + 3; priority++)
            await PublishAsync(registry, User(priority));

        Assert.Equal(IdentityConfigurationRegistry.MaxVersions, registry.Versions.Count);
        Assert.Equal(IdentityConfigurationRegistry.MaxVersions, _store.Rows.Count());
        Assert.Equal(IdentityConfigurationRegistry.MaxVersions + 3, registry.Current.Configuration.Version);
    }

    [Fact]
    public async Task A_version_that_a_newer_product_stored_is_read()
    {
        const string json = """{"author":"a","at":"2025-01-01T00:00:00Z","changes":[],"configuration":{"identifiers":[],"from_the_future":true}}""";
        await _store.TryWriteAsync(0, [new StoredDefinition("identity_configuration", "identities", 4, json)], default);

        using var registry = await OpenAsync();
        Assert.Equal(4, registry.Current.Configuration.Version);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"author":"a","at":"2025-01-01T00:00:00Z","changes":[],"configuration":{"identifiers":1}}""")]
    public async Task A_stored_version_that_cannot_be_read_is_named(string json)
    {
        await _store.TryWriteAsync(0, [new StoredDefinition("identity_configuration", "identities", 4, json)], default);

        var error = await Assert.ThrowsAsync<InvalidDataException>(OpenAsync);
        Assert.Contains("version 4", error.Message, StringComparison.Ordinal);
    }

    private static IdentityConfiguration User(int priority) => IdentityConfigurations.With($$"""{"name":"user_id","priority":{{priority}},"property":"user_id"}""");

    private static async Task<IdentityConfigurationVersion> PublishAsync(IdentityConfigurationRegistry registry, IdentityConfiguration configuration, string author = "test") =>
        Assert.IsType<RegistryResult<IdentityConfigurationVersion>.Ok>(await registry.PublishAsync(configuration, author, null, default)).Value;

    private Task<IdentityConfigurationRegistry> OpenAsync() => IdentityConfigurationRegistry.OpenAsync(_store, _time, default);
}
