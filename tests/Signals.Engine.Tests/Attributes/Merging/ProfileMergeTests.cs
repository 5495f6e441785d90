using Signals.Engine.Attributes;
using Signals.Engine.Events;
using static Signals.Engine.Tests.Attributes.PersonEvents;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>When two Snowplow IDs turn out to be one person, their profiles become one, once.</summary>
public sealed class ProfileMergeTests
{
    [Fact]
    public async Task The_survivor_has_what_both_have_seen()
    {
        var engine = NewEngine(Counter);
        await engine.ProcessPersonsAsync(PageView().Of("A"), PageView().Of("A"), PageView().Of("B"));

        await engine.ProcessPersonsAsync(Merge("A", "B"));

        Assert.Equal("3", await engine.ReadPersonAsync("A"));
    }

    [Fact]
    public async Task A_read_with_a_merged_id_answers_for_the_survivor()
    {
        var engine = NewEngine(Counter);
        await engine.ProcessPersonsAsync(PageView().Of("A"), PageView().Of("B"));

        await engine.ProcessPersonsAsync(Merge("A", "B"));
        await engine.ProcessPersonsAsync(PageView().Of("A"));

        Assert.Equal("3", await engine.ReadPersonAsync("B"));
    }

    [Fact]
    public async Task An_id_that_never_had_a_profile_leads_to_the_survivor_too()
    {
        var engine = NewEngine(Counter);
        await engine.ProcessPersonsAsync(PageView().Of("A"));

        await engine.ProcessPersonsAsync(Merge("A", "B"));

        Assert.Equal("1", await engine.ReadPersonAsync("B"));
    }

    [Fact]
    public async Task An_event_that_still_carries_the_merged_id_counts_for_the_survivor()
    {
        var engine = NewEngine(Counter);
        await engine.ProcessPersonsAsync(PageView().Of("B"));
        await engine.ProcessPersonsAsync(Merge("A", "B"));
        engine.Restart();

        await engine.ProcessPersonsAsync(PageView().Of("B"), PageView().Of("A"), PageView().Of("B"));

        Assert.Equal("4", await engine.ReadPersonAsync("A"));
        Assert.Equal("4", await engine.ReadPersonAsync("B"));
    }

    [Fact]
    public async Task A_merge_that_is_told_again_changes_nothing()
    {
        var engine = NewEngine(Counter);
        var records = engine.Records(Partition, [PageView().Of("A").Build(), PageView().Of("B").Build(), Merge("A", "B").Build(), PageView().Of("B").Build()]);
        await engine.ProcessAsync(records);
        engine.Restart();

        await engine.ProcessAsync(records);
        await engine.ProcessPersonsAsync(Merge("A", "B"));

        Assert.Equal("3", await engine.ReadPersonAsync("A"));
    }

    [Fact]
    public async Task Merges_of_merges_add_up_whether_they_come_together_or_one_by_one()
    {
        var together = NewEngine(Counter);
        var apart = NewEngine(Counter);
        string[] ids = ["A", "B", "C", "D"];
        await together.ProcessPersonsAsync(ids.Select(id => PageView().Of(id)));
        await apart.ProcessPersonsAsync(ids.Select(id => PageView().Of(id)));

        await together.ProcessPersonsAsync(Merge("C", "D"), Merge("B", "C", "D"), Merge("A", "B", "C", "D"));
        foreach (var merge in (IEnumerable<Events.EnrichedLineBuilder>)[Merge("C", "D"), Merge("B", "C", "D"), Merge("A", "B", "C", "D")])
            await apart.ProcessPersonsAsync(merge);

        foreach (var id in ids)
        {
            Assert.Equal("4", await together.ReadPersonAsync(id));
            Assert.Equal("4", await apart.ReadPersonAsync(id));
        }
    }

    [Fact]
    public async Task The_same_event_that_came_under_both_ids_after_the_merge_counts_once()
    {
        var engine = NewEngine(Counter);
        var line = PageView().Of("B");
        await engine.ProcessPersonsAsync(line, Merge("A", "B"));

        await engine.ProcessPersonsAsync(line);

        Assert.Equal("1", await engine.ReadPersonAsync("A"));
    }

    [Fact]
    public async Task An_event_that_comes_again_under_the_surviving_id_just_behind_the_merge_counts_once()
    {
        var engine = NewEngine(Counter);
        var id = Guid.NewGuid().ToString();
        await engine.ProcessPersonsAsync(PageView().With("event_id", id).Of("B"), PageView().Of("A"));

        await engine.ProcessPersonsAsync(Merge("A", "B"), PageView().With("event_id", id).Of("A"));

        Assert.Equal("2", await engine.ReadPersonAsync("A"));
    }

    [Fact]
    public async Task What_was_sent_to_a_merged_profile_stays_sent()
    {
        var plan = NewEngine(Counter).PlanOf(Key);
        var merged = new ProfileState(plan);
        merged.RecordSent("offer", 100, 0);
        var survivor = new ProfileState(plan);
        survivor.RecordSent("offer", 50, 0);

        survivor.Absorb("B", merged, EventTime.From(Noon));

        Assert.Equal(2, survivor.Sent.CountSince("offer", 0));
        Assert.Equal(1, survivor.Sent.CountSince("offer", 60));
    }

    [Fact]
    public async Task A_merge_that_anybody_could_have_sent_is_not_believed()
    {
        var engine = NewEngine(Counter);
        await engine.ProcessPersonsAsync(PageView().Of("A"), PageView().Of("B"));

        await engine.ProcessAsync(Merge("A", "B"));

        Assert.Equal("1", await engine.ReadPersonAsync("A"));
        Assert.Equal("1", await engine.ReadPersonAsync("B"));
    }

    [Fact]
    public async Task A_merge_without_ids_is_a_bad_row()
    {
        var engine = NewEngine(Counter);

        var result = await engine.ProcessPersonsAsync(Merge("A", "B").WithEvent("com.snowplowanalytics.snowplow", "identity_merge", "2-0-0", """{"merges":[7]}"""), PageView().Of("A"));

        Assert.Equal((1, 1), (result.Applied, result.Bad));
        Assert.Equal("1", await engine.ReadPersonAsync("A"));
    }

    [Fact]
    public async Task Values_of_a_window_slide_out_of_the_survivor_as_they_would_have()
    {
        var engine = NewEngine(Counter with { Period = TimeSpan.FromMinutes(10) });
        await engine.ProcessPersonsAsync(PageView().Of("A"), PageView(300).Of("B"));

        await engine.ProcessPersonsAsync(Merge("A", "B"));

        Assert.Equal("2", await engine.ReadPersonAsync("A"));
        engine.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("1", await engine.ReadPersonAsync("A"));
    }

    [Fact]
    public async Task A_profile_that_was_merged_is_small()
    {
        var engine = NewEngine(Counter);
        await engine.ProcessPersonsAsync(Enumerable.Range(0, 50).Select(_ => PageView().Of("B")));
        var before = engine.Profiles.StateOf(Key, "B")!.Value.Length;

        await engine.ProcessPersonsAsync(Merge("A", "B"));

        Assert.True(engine.Profiles.StateOf(Key, "B")!.Value.Length < before / 10);
    }

    [Fact]
    public async Task Every_merge_and_event_is_accounted_for()
    {
        var engine = NewEngine(Counter);

        var result = await engine.ProcessPersonsAsync(PageView().Of("A"), PageView().Of("B"), Merge("A", "B"), PageView().Of("B"));

        Assert.Equal(new BatchResult(4, 4, 0, 0, 0), result);
    }
}
