using System.Text;
using Signals.Engine.Attributes;

namespace Signals.Storage.Tests.Compliance;

/// <summary>What every Profiles Store does.</summary>
public abstract class ProfileStoreCompliance
{
    private static readonly ProfileKey Anna = new("user_id", "anna");
    private static readonly ProfileKey Bert = new("user_id", "bert");

    protected ManualTime Time { get; } = new();

    protected abstract IProfileStore Store { get; }

    [Fact]
    public async Task Unknown_profile_reads_as_null()
    {
        Assert.Null(await ReadOne(Anna));
    }

    [Fact]
    public async Task Written_profile_reads_back_with_its_etag()
    {
        var etag = await WriteOne(Anna, "one", null);

        var profile = await ReadOne(Anna);
        Assert.Equal("one", Text(profile));
        Assert.Equal(etag, profile!.ETag);
    }

    [Fact]
    public async Task Reads_answer_in_the_order_of_the_keys()
    {
        await WriteOne(Anna, "a", null);
        await WriteOne(Bert, "b", null);

        var read = await Store.ReadAsync([Bert, new("user_id", "nobody"), Anna, Bert], default);

        Assert.Equal(["b", null, "a", "b"], read.Select(Text));
    }

    [Fact]
    public async Task Profiles_of_different_attribute_keys_do_not_meet()
    {
        await WriteOne(Anna, "as user", null);

        Assert.Null(await ReadOne(new("domain_userid", "anna")));
    }

    [Fact]
    public async Task Identifiers_differ_by_case_accents_and_trailing_spaces()
    {
        ProfileKey[] keys = [new("user_id", "Anna"), new("user_id", "anna "), new("user_id", "änna"), new("user_id", "a\0b"), new("user_id", "a")];
        foreach (var key in keys)
            Assert.NotNull(await WriteOne(key, key.Identifier, null));

        var read = await Store.ReadAsync(keys, default);

        Assert.Equal(keys.Select(key => key.Identifier), read.Select(Text));
    }

    [Fact]
    public async Task Longest_identifiers_are_kept_apart()
    {
        var longest = new ProfileKey("user_id", new string('漢', 511) + "a");
        await WriteOne(longest, "a", null);
        await WriteOne(longest with { Identifier = new string('漢', 511) + "b" }, "b", null);

        Assert.Equal("a", Text(await ReadOne(longest)));
    }

    [Fact]
    public async Task Every_write_changes_the_etag()
    {
        var first = await WriteOne(Anna, "one", null);
        var second = await WriteOne(Anna, "one", first);

        Assert.NotNull(second);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public async Task Write_with_an_old_etag_changes_nothing()
    {
        var first = await WriteOne(Anna, "one", null);
        await WriteOne(Anna, "two", first);

        Assert.Null(await WriteOne(Anna, "three", first));
        Assert.Equal("two", Text(await ReadOne(Anna)));
    }

    [Fact]
    public async Task Write_of_a_new_profile_is_refused_when_it_exists()
    {
        await WriteOne(Anna, "one", null);

        Assert.Null(await WriteOne(Anna, "two", null));
        Assert.Equal("one", Text(await ReadOne(Anna)));
    }

    [Fact]
    public async Task Write_with_an_etag_is_refused_when_there_is_no_profile()
    {
        var etag = await WriteOne(Anna, "one", null);
        await Store.DeleteAsync(Anna, default);

        Assert.Null(await WriteOne(Anna, "two", etag));
        Assert.Null(await ReadOne(Anna));
    }

    [Fact]
    public async Task Etag_of_a_deleted_profile_does_not_fit_its_successor()
    {
        var first = await WriteOne(Anna, "one", null);
        await Store.DeleteAsync(Anna, default);
        await WriteOne(Anna, "reborn", null);

        Assert.Null(await WriteOne(Anna, "two", first));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no etag of this store")]
    [InlineData("-1")]
    public async Task Foreign_etag_is_a_lost_race(string etag)
    {
        await WriteOne(Anna, "one", null);

        Assert.Null(await WriteOne(Anna, "two", etag));
    }

    [Fact]
    public async Task Each_write_of_a_batch_stands_under_its_own_condition()
    {
        var etag = await WriteOne(Anna, "one", null);

        var etags = await Store.WriteAsync(
            [Write(Bert, "b", "1000000"), Write(Anna, "two", etag), Write(new("user_id", "carl"), "c", null)], default);

        Assert.Null(etags[0]);
        Assert.NotNull(etags[1]);
        Assert.NotNull(etags[2]);
        Assert.Equal([null, "two", "c"], (await Store.ReadAsync([Bert, Anna, new("user_id", "carl")], default)).Select(Text));
    }

    [Fact]
    public async Task Of_two_writes_of_one_profile_in_a_batch_the_second_loses()
    {
        var etags = await Store.WriteAsync([Write(Anna, "one", null), Write(Anna, "two", null)], default);

        Assert.NotNull(etags[0]);
        Assert.Null(etags[1]);
        Assert.Equal("one", Text(await ReadOne(Anna)));
    }

    [Fact]
    public async Task Empty_batches_do_nothing()
    {
        Assert.Empty(await Store.ReadAsync([], default));
        Assert.Empty(await Store.WriteAsync([], default));
    }

    [Fact]
    public async Task Empty_state_is_a_profile()
    {
        await WriteOne(Anna, "", null);

        Assert.Equal("", Text(await ReadOne(Anna)));
    }

    [Fact]
    public async Task State_of_a_megabyte_reads_back()
    {
        var state = new byte[1 << 20];
        new Random(1).NextBytes(state);
        await Store.WriteAsync([new ProfileWrite(Anna, state, null, null)], default);

        Assert.Equal(state, (await ReadOne(Anna))!.State.ToArray());
    }

    [Fact]
    public async Task Deleting_says_whether_there_was_a_profile()
    {
        await WriteOne(Anna, "one", null);

        Assert.True(await Store.DeleteAsync(Anna, default));
        Assert.False(await Store.DeleteAsync(Anna, default));
        Assert.Null(await ReadOne(Anna));
    }

    [Fact]
    public async Task Profile_is_gone_once_it_has_expired()
    {
        await Store.WriteAsync([Write(Anna, "one", null, TimeSpan.FromMinutes(5))], default);
        Assert.NotNull(await ReadOne(Anna));

        Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(await ReadOne(Anna));
        Assert.Empty(await ScanAll("user_id"));
    }

    [Fact]
    public async Task Expired_profile_can_be_written_anew()
    {
        await Store.WriteAsync([Write(Anna, "one", null, TimeSpan.FromMinutes(5))], default);
        Time.Advance(TimeSpan.FromMinutes(6));

        Assert.NotNull(await WriteOne(Anna, "reborn", null));
        Assert.Equal("reborn", Text(await ReadOne(Anna)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(600)]
    [InlineData(null)]
    public async Task Later_write_moves_the_expiry(int? minutes)
    {
        var etags = await Store.WriteAsync([Write(Anna, "one", null, TimeSpan.FromMinutes(5))], default);
        TimeSpan? lifetime = minutes is { } given ? TimeSpan.FromMinutes(given) : null;
        await Store.WriteAsync([Write(Anna, "two", etags[0], lifetime)], default);

        Time.Advance(TimeSpan.FromMinutes(6));
        await Store.RemoveExpiredAsync(100, default);

        Assert.Equal("two", Text(await ReadOne(Anna)));
    }

    [Fact]
    public async Task Removing_expired_profiles_leaves_the_others()
    {
        await Store.WriteAsync(
            [
                .. Enumerable.Range(0, 25).Select(i => Write(new("user_id", $"short {i}"), "s", null, TimeSpan.FromMinutes(5))),
                Write(Anna, "long", null, TimeSpan.FromMinutes(7)),
                Write(Bert, "for ever", null),
            ],
            default);
        Time.Advance(TimeSpan.FromMinutes(6));

        int removed;
        do
        {
            removed = await Store.RemoveExpiredAsync(10, default);
            Assert.InRange(removed, 0, 10);
        }
        while (removed > 0);

        Assert.Equal(["anna", "bert"], (await ScanAll("user_id")).Select(found => found.Key.Identifier).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scan_pages_through_one_attribute_key()
    {
        var identifiers = Enumerable.Range(0, 23).Select(i => $"u{i * 7919 % 1000}").ToList();
        await Store.WriteAsync([.. identifiers.Select(id => Write(new("user_id", id), id, null)), Write(new("domain_userid", "x"), "x", null)], default);

        var seen = new List<string>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await Store.ScanAsync("user_id", continuation, 5, default);
            Assert.InRange(page.Count, 0, 5);
            Assert.All(page, found => Assert.Equal(found.Key.Identifier, Text(found.Profile)));
            seen.AddRange(page.Select(found => found.Key.Identifier));
        }
        while (continuation is not null);

        Assert.Equal(identifiers.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Scanned_etag_can_be_written_with()
    {
        await WriteOne(Anna, "one", null);

        var found = Assert.Single(await ScanAll("user_id"));

        Assert.NotNull(await WriteOne(found.Key, "two", found.Profile.ETag));
    }

    [Fact]
    public async Task Concurrent_increments_with_retry_lose_none()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
                await Increment(Store, Anna);
        })));

        Assert.Equal("200", Text(await ReadOne(Anna)));
    }

    protected static async Task Increment(IProfileStore store, ProfileKey key)
    {
        while (true)
        {
            var current = (await store.ReadAsync([key], default))[0];
            var next = current is null ? 1 : int.Parse(Text(current)!) + 1;
            var etags = await store.WriteAsync([Write(key, next.ToString(), current?.ETag, null)], default);
            if (etags[0] is not null)
                return;
        }
    }

    protected static string? Text(StoredProfile? profile) => profile is null ? null : Encoding.UTF8.GetString(profile.State.Span);

    private async Task<List<(ProfileKey Key, StoredProfile Profile)>> ScanAll(string attributeKey)
    {
        var found = new List<(ProfileKey, StoredProfile)>();
        string? continuation = null;
        do
        {
            (var page, continuation) = await Store.ScanAsync(attributeKey, continuation, 10, default);
            found.AddRange(page);
        }
        while (continuation is not null);
        return found;
    }

    private static ProfileWrite Write(ProfileKey key, string state, string? etag, DateTimeOffset? expiresAt = null) =>
        new(key, Encoding.UTF8.GetBytes(state), etag, expiresAt);

    private ProfileWrite Write(ProfileKey key, string state, string? etag, TimeSpan? lifetime) =>
        Write(key, state, etag, Time.GetUtcNow() + lifetime);

    private async Task<string?> WriteOne(ProfileKey key, string state, string? etag) =>
        (await Store.WriteAsync([Write(key, state, etag)], default))[0];

    private async Task<StoredProfile?> ReadOne(ProfileKey key) => (await Store.ReadAsync([key], default))[0];
}
