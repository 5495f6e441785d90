using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 7.2: what merge events say and how they are written.</summary>
public sealed class MergeEventTests
{
    private static readonly EventTime Start = EventTime.FromUnixMilliseconds(1_772_359_200_000);

    [Fact]
    public void Line_is_an_enriched_event_of_schema_identity_merge()
    {
        var line = MergeEventLine.ToBytes(Merge(2));

        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched), EnrichedEvent.Explain(line).ToString());
        Assert.Equal("com.snowplowanalytics.snowplow\tidentity_merge\tjsonschema\t2-0-0", Encoding.UTF8.GetString(enriched.TypeKey(new byte[512])));
        Assert.Equal("shop", Encoding.UTF8.GetString(enriched[AtomicColumns.AppId]));
        Assert.Equal("srv", Encoding.UTF8.GetString(enriched[AtomicColumns.Platform]));
        Assert.Equal(Merge(2).EventId, enriched.EventId.ToString());
        Assert.Equal(Merge(2).MergedAt.UnixMilliseconds, enriched.Time.UnixMilliseconds);
        Assert.Equal(Merge(2).RecordedAt, enriched.CollectorTime);
        Assert.True(enriched[AtomicColumns.DerivedContexts].IsEmpty);
        Assert.True(enriched[AtomicColumns.UserId].IsEmpty);
    }

    [Fact]
    public void Line_is_left_alone_by_resolution()
    {
        var line = MergeEventLine.ToBytes(Merge(2));
        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));
        var plan = new IdentifierPlan(IdentityConfigurations.Read(IdentityConfigurations.Default));

        Assert.Equal(ExtractionOutcome.Filtered, new IdentifierReader(new ExtractionMetrics()).Read(enriched, plan, DateTimeOffset.UnixEpoch, out _, out _));
    }

    [Fact]
    public void App_id_that_could_not_stand_in_a_line_does_not_break_it()
    {
        // An app_id comes out of a column, so it cannot hold a tab; the API may give any text.
        var line = MergeEventLine.ToBytes(Merge(1) with { AppId = "a\tb\nc" });

        Assert.True(EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched));
        Assert.Equal("a b c", Encoding.UTF8.GetString(enriched[AtomicColumns.AppId]));
    }

    /// <summary>Spec identities, section 17, obligation 6.</summary>
    [Fact]
    public void Payloads_are_sorted_aligned_and_valid_for_any_history() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Two().ToArbitrary(),
        seeds => Check(new Random(seeds.Item1), seeds.Item2 % 40 + 1)).QuickCheckThrowOnFailure();

    private static void Check(Random random, int children)
    {
        var profile = Profile(random, children);
        foreach (var pending in profile.Pending)
        {
            using var payload = JsonDocument.Parse(MergeEventLine.Payload(MergeEvent.Of(profile, pending)));
            var root = payload.RootElement;
            var merges = root.GetProperty("merges").EnumerateArray().Select(id => id.GetString()!).ToList();
            Assert.Equal(["snowplow_id", "created_at", "merges", "merged"], root.EnumerateObject().Select(member => member.Name));
            Assert.Equal(merges.Order(StringComparer.Ordinal), merges);
            Assert.Distinct(merges);
            Assert.DoesNotContain(root.GetProperty("snowplow_id").GetString(), merges);
            Assert.Equal(merges, root.GetProperty("merged").EnumerateArray().Select(child => child.GetProperty("snowplow_id").GetString()));
            Assert.All(merges.Append(root.GetProperty("snowplow_id").GetString()!), id => Assert.Matches("^sp_[A-Za-z2-7]{26}$", id));
            foreach (var child in root.GetProperty("merged").EnumerateArray())
            {
                Assert.Equal(["snowplow_id", "created_at", "merged_at", "triggering_event_id"], child.EnumerateObject().Select(member => member.Name));
                Assert.InRange(child.GetProperty("triggering_event_id").GetString()!.Length, 1, 36);
                Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", child.GetProperty("merged_at").GetString());
            }
        }
    }

    [Fact]
    public void Later_merge_events_name_everything_that_earlier_ones_named()
    {
        var profile = Profile(new Random(7), 30);

        var named = profile.Pending.Select(pending => MergeEvent.Of(profile, pending).Merged.Select(child => child.Id).ToHashSet()).ToList();

        Assert.All(named.Zip(named.Skip(1)), pair => Assert.ProperSubset(pair.Second, pair.First));
        Assert.Distinct(profile.Pending.Select(pending => MergeEvent.Of(profile, pending).EventId));
    }

    private static MergeEvent Merge(int children)
    {
        var profile = Profile(new Random(1), children);
        return MergeEvent.Of(profile, profile.Pending[^1]);
    }

    private static ProfileItem Profile(Random random, int children)
    {
        var profile = NewProfile(random);
        for (var child = 0; child < children; child++)
        {
            var absorbed = Enumerable.Range(0, random.Next(1, 3)).Select(_ => NewProfile(random)).ToList();
            var at = new EventTime(Start.UnixMicroseconds + random.Next());
            profile = MergeRecording.Record(profile, absorbed, at, Guid.NewGuid().ToString(), "shop", Start);
        }
        return profile;
    }

    private static ProfileItem NewProfile(Random random) => new()
    {
        Id = new SnowplowId((ulong)random.NextInt64(), (ulong)random.NextInt64()),
        CreatedAt = new EventTime(Start.UnixMicroseconds + random.Next()),
        CreatedBy = "e",
    };
}
