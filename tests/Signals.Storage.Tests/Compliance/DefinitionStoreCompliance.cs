using Signals.Engine.Definitions;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every definition store does.</summary>
public abstract class DefinitionStoreCompliance
{
    protected abstract IDefinitionStore Store { get; }

    [Fact]
    public async Task Empty_store_is_at_revision_0()
    {
        Assert.Equal(0, await Store.ReadRevisionAsync(default));
        var loaded = await Store.LoadAsync(default);
        Assert.Equal(0, loaded.Revision);
        Assert.Empty(loaded.Definitions);
    }

    [Fact]
    public async Task Written_definitions_load_with_the_next_revision()
    {
        StoredDefinition[] definitions = [new("attribute_group", "views", 1, """{"ä":1}"""), new("attribute_group", "views", 2, "{}"), new("service", "views", 0, "[]")];

        Assert.True(await Store.TryWriteAsync(0, definitions, default));

        var loaded = await Store.LoadAsync(default);
        Assert.Equal(1, loaded.Revision);
        Assert.Equal(1, await Store.ReadRevisionAsync(default));
        Assert.Equal(definitions.ToHashSet(), loaded.Definitions.ToHashSet());
    }

    [Fact]
    public async Task Changes_replace_and_remove()
    {
        await Store.TryWriteAsync(0, [new("service", "a", 0, "1"), new("service", "b", 0, "1"), new("service", "c", 0, "1")], default);

        Assert.True(await Store.TryWriteAsync(1, [new("service", "a", 0, "2"), new("service", "b", 0, null), new("service", "missing", 0, null)], default));

        var loaded = await Store.LoadAsync(default);
        Assert.Equal([new("service", "a", 0, "2"), new("service", "c", 0, "1")], loaded.Definitions.OrderBy(definition => definition.Name));
    }

    [Fact]
    public async Task Write_at_an_old_revision_changes_nothing()
    {
        await Store.TryWriteAsync(0, [new("service", "a", 0, "1")], default);

        Assert.False(await Store.TryWriteAsync(0, [new("service", "a", 0, "2")], default));

        var loaded = await Store.LoadAsync(default);
        Assert.Equal(1, loaded.Revision);
        Assert.Equal("1", Assert.Single(loaded.Definitions).Json);
    }

    [Fact]
    public async Task Of_concurrent_writers_at_one_revision_one_wins()
    {
        var won = await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            Task.Run(async () => await Store.TryWriteAsync(0, [new("service", $"s{i}", 0, "{}")], default))));

        Assert.Single(won, true);
        Assert.Single((await Store.LoadAsync(default)).Definitions);
    }

    [Fact]
    public async Task Names_that_differ_by_case_are_different()
    {
        await Store.TryWriteAsync(0, [new("service", "a", 0, "1"), new("service", "A", 0, "2")], default);

        Assert.Equal(2, (await Store.LoadAsync(default)).Definitions.Count);
    }
}
