using Signals.Engine.Access;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every store of API keys does.</summary>
public abstract class AccessStoreCompliance
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    protected abstract IAccessStore Store { get; }

    [Fact]
    public async Task Unknown_key_is_not_found()
    {
        Assert.Null(await Store.FindApiKeyAsync("nobody", default));
        Assert.Empty(await Store.ListApiKeysAsync(default));
        Assert.False(await Store.RevokeApiKeyAsync("nobody", At, default));
    }

    [Fact]
    public async Task Added_key_is_found_as_it_was_added()
    {
        await Store.AddApiKeyAsync(Key("k1"), default);

        AssertSame(Key("k1"), await Store.FindApiKeyAsync("k1", default));
    }

    [Fact]
    public async Task Key_without_scopes_has_none()
    {
        await Store.AddApiKeyAsync(Key("k1") with { Scopes = [] }, default);

        Assert.Empty((await Store.FindApiKeyAsync("k1", default))!.Scopes);
    }

    [Fact]
    public async Task Keys_are_listed_oldest_first()
    {
        await Store.AddApiKeyAsync(Key("newer") with { CreatedAt = At.AddDays(1) }, default);
        await Store.AddApiKeyAsync(Key("older"), default);

        Assert.Equal(["older", "newer"], (await Store.ListApiKeysAsync(default)).Select(key => key.KeyId));
    }

    [Fact]
    public async Task Key_is_revoked_once_and_stays_on_record()
    {
        await Store.AddApiKeyAsync(Key("k1"), default);

        Assert.True(await Store.RevokeApiKeyAsync("k1", At.AddHours(1), default));
        Assert.False(await Store.RevokeApiKeyAsync("k1", At.AddHours(2), default));

        Assert.Equal(At.AddHours(1), (await Store.FindApiKeyAsync("k1", default))!.RevokedAt);
    }

    [Fact]
    public async Task Second_key_of_the_same_id_is_refused()
    {
        await Store.AddApiKeyAsync(Key("k1"), default);

        await Assert.ThrowsAnyAsync<Exception>(async () => await Store.AddApiKeyAsync(Key("k1") with { Name = "other" }, default));
        AssertSame(Key("k1"), await Store.FindApiKeyAsync("k1", default));
    }

    [Fact]
    public async Task Signing_key_is_made_once()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Task.Run(async () => Convert.ToHexString((await Store.GetOrCreateSigningKeyAsync(default)).Span))));

        Assert.Equal(64, Assert.Single(keys.Distinct()).Length);
    }

    private static ApiKey Key(string id) => new(id, "org-1", "Büro", new byte[] { 1, 2, 0, 255 }, ["registry:write", "profiles:delete"], At, null);

    private static void AssertSame(ApiKey expected, ApiKey? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.SecretHash.ToArray(), actual.SecretHash.ToArray());
        Assert.Equal(expected.Scopes, actual.Scopes);
        Assert.Equal(expected with { SecretHash = default, Scopes = [] }, actual with { SecretHash = default, Scopes = [] });
    }
}
