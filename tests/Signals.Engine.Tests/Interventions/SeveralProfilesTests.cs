using System.Globalization;
using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Interventions.RulesUnderTest;

namespace Signals.Engine.Tests.Interventions;

/// <summary>Rules that look at several profiles, over a store that writes every profile by itself: what is on record, when, and what it costs.</summary>
public sealed class SeveralProfilesTests
{
    private static readonly InterventionDefinition SessionOnly = Rule(Where("session:count", AttributeOperator.Equal, "3")) with
    {
        TargetAttributeKeys = ["domain_sessionid"],
        PayloadAttributeGroups = [new VersionedName("session", 1)],
        Guards = new InterventionGuards { Cooldown = TimeSpan.FromMinutes(1) },
    };

    private static readonly InterventionDefinition Both = Rule(
        All(Where("user:count", AttributeOperator.GreaterOrEqual, "2"), Where("session:count", AttributeOperator.Equal, "3"))) with
    {
        Guards = new InterventionGuards { Cooldown = TimeSpan.FromHours(1) },
    };

    private readonly RulesUnderTest _rules = new();
    private int _events;

    public SeveralProfilesTests() => _rules.Engine.Profiles.WritesTogether = false;

    private InMemoryProfileStore Profiles => _rules.Engine.Profiles;

    public static TheoryData<string, int> EndsOfCalls
    {
        get
        {
            var ends = new TheoryData<string, int>();
            foreach (var kind in Enum.GetNames<StoreFailure>().Skip(1).Append("Reading").Append("Appending").Append("Answering"))
                for (var call = 1; call <= 6; call++)
                    ends.Add(kind, call);
            return ends;
        }
    }

    [Theory]
    [MemberData(nameof(EndsOfCalls))]
    public async Task A_crash_at_any_call_changes_no_intervention(string kind, int call)
    {
        var calm = new RulesUnderTest();
        var records = Records(calm.Engine);
        foreach (var rules in (RulesUnderTest[])[calm, _rules])
            rules.Publish(Both).Publish(Rule(Where("session:latest", AttributeOperator.Changed), "each") with { TargetAttributeKeys = ["user_id"] });
        foreach (var record in records)
            await calm.Engine.ProcessAsync([record]);
        var calls = 0;
        bool IsIt(string candidate) => candidate == kind && ++calls == call;
        Profiles.NextWriteFails = () => Enum.TryParse<StoreFailure>(kind, out var failure) && IsIt(kind) ? failure : StoreFailure.None;
        Profiles.NextReadFails = () => IsIt("Reading");
        _rules.Outbox.NextAppendFails = () => IsIt("Appending");
        _rules.Outbox.NextAnswerIsLost = () => IsIt("Answering");

        for (var done = 0; done < records.Count;)
        {
            var count = Math.Min(calls < call ? 6 : 5, records.Count - done);
            if (await Record.ExceptionAsync(() => _rules.Engine.ProcessAsync(records.GetRange(done, count))) is null)
                done += count;
            else
                _rules.Engine.Restart();
        }

        Assert.Equal(DisturbedRun.TextsOf(calm.Outbox.Arrivals), DisturbedRun.TextsOf(_rules.Outbox.Arrivals));
        Assert.Equal(calm.Outbox.Messages.Count, _rules.Outbox.Messages.Count);
    }

    [Fact]
    public async Task Rules_about_one_profile_cost_no_further_operation()
    {
        async Task<(int, int, int, int)> CostAsync(params InterventionDefinition[] rules)
        {
            var site = new RulesUnderTest();
            site.Engine.Profiles.WritesTogether = false;
            foreach (var rule in rules)
                site.Publish(rule);
            foreach (var batch in Records(site.Engine).Chunk(4))
                await site.Engine.ProcessAsync(batch);
            Assert.Equal(rules.Length > 0, site.Outbox.Messages.Count > 0);
            return (site.Engine.Profiles.ReadCalls, site.Engine.Profiles.ProfilesRead, site.Engine.Profiles.WriteCalls, site.Engine.Profiles.ProfilesWritten);
        }

        Assert.Equal(await CostAsync(), await CostAsync(SessionOnly));
    }

    [Fact]
    public async Task Rules_about_several_profiles_cost_one_read_per_partition_and_one_write_per_batch()
    {
        _rules.Publish(Both);
        foreach (var batch in Records(_rules.Engine).Chunk(4))
            await _rules.Engine.ProcessAsync(batch);

        // Three batches of two profiles, which are read once.
        Assert.Equal((2, 3, 6, 9), (Profiles.ReadCalls, Profiles.ProfilesRead, Profiles.WriteCalls, Profiles.ProfilesWritten));
    }

    [Fact]
    public async Task A_store_that_writes_profiles_together_never_holds_a_record()
    {
        Profiles.WritesTogether = true;
        _rules.Publish(Both);
        await _rules.Engine.ProcessAsync(Records(_rules.Engine));

        Assert.Equal(2, _rules.Outbox.Messages.Count);
        Assert.Equal((1, 2, 1, 2), (Profiles.ReadCalls, Profiles.ProfilesRead, Profiles.WriteCalls, Profiles.ProfilesWritten));
        Assert.Equal(2, Profiles.Count);
    }

    [Fact]
    public async Task The_record_of_a_partition_expires_long_after_the_log()
    {
        _rules.Publish(Both);
        await _rules.Engine.ProcessAsync(_rules.Engine.Records(1030, Records(_rules.Engine).Select(record => record.Payload.ToArray())));

        Assert.Equal(_rules.Engine.Time.Now.AddDays(100), Profiles.ExpiryOf("$decisions", "1030"));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_holds_the_partition_and_is_no_fault_of_the_events()
    {
        _rules.Publish(Both);
        Profiles.Replace("$decisions", "0", [99]);

        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => _rules.Engine.ProcessAsync(Records(_rules.Engine)));

        Assert.Contains("partition 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_is_only_looked_at_is_looked_at_as_it_is_now()
    {
        var site = new EngineUnderTest { Watcher = new InterventionEngine(_rules.Outbox) };
        site.Profiles.WritesTogether = false;
        site.Definitions.Add(TestDefinitions.Group("session", 1, "domain_sessionid", TestEvents.Counter with { Name = "count" }));
        site.Definitions.Add(TestDefinitions.Group("user", 1, "user_id", TestEvents.Over(AggregationKind.Last, AttributeType.String) with { Name = "latest" }));
        site.Definitions.Add(Rule(All(Where("session:count", AttributeOperator.Equal, "2"), Where("user:latest", AttributeOperator.Equal, "\"b\""))));
        site.Restart();
        await site.ProcessAsync(Thing("\"a\"", 1));
        await site.NewEngine().ProcessAsync(site.Records(1, [Thing("\"b\"", 2).With("domain_sessionid", "").Build()]), default);

        await site.ProcessAsync(TestEvents.PageView(3).With("domain_sessionid", Session));

        Assert.Equal(2, _rules.Outbox.Messages.Count);
    }

    [Fact]
    public async Task An_edge_that_two_partitions_reach_together_fires_and_is_remembered_in_a_target_that_is_written_already()
    {
        var products = Products();
        var other = products.Engine.NewEngine();
        var ours = products.Engine.Records(0, [View("p1", "ann").Build(), View("p1", "ann").Build()]);
        var theirs = products.Engine.Records(1, [View("p1", "bob").Build(), View("p1", "bob").Build(), View("p1", "bob").Build()]);
        BeforeWrite(2, () => other.ProcessAsync(theirs, default).AsTask().GetAwaiter().GetResult());

        await products.Engine.ProcessAsync(ours);

        Assert.Equal(["ann"], TargetsOf(products));
        await products.Engine.ProcessAsync(Enumerable.Range(0, 5).Select(_ => View("p2", "ann")));
        Assert.Equal(["ann"], TargetsOf(products));
        products.Engine.Time.Advance(TimeSpan.FromHours(1));
        await products.Engine.ProcessAsync(Enumerable.Range(0, 5).Select(_ => View("p3", "ann")));
        Assert.Equal(["ann", "ann"], TargetsOf(products));
    }

    [Fact]
    public async Task An_edge_that_another_partition_reached_first_does_not_fire_again_and_holds_nothing_else_back()
    {
        var products = Products();
        var other = products.Engine.NewEngine();
        var ours = products.Engine.Records(0, Enumerable.Range(0, 5).Select(_ => View("p1", "ann").Build()));
        var theirs = products.Engine.Records(1, Enumerable.Range(0, 5).Select(_ => View("p1", "bob").Build()));
        BeforeWrite(2, () => other.ProcessAsync(theirs, default).AsTask().GetAwaiter().GetResult());

        await products.Engine.ProcessAsync(ours);

        Assert.Equal(["bob"], TargetsOf(products));
        await products.Engine.ProcessAsync(Enumerable.Range(0, 5).Select(_ => View("p2", "ann")));
        Assert.Equal(["bob", "ann"], TargetsOf(products));
    }

    /// <summary>The fifth view of a product (its key is <c>domain_userid</c> here) is told to the user, to each at most once an hour.</summary>
    private RulesUnderTest Products()
    {
        _rules.Engine.Definitions.Add(TestDefinitions.Group("product", 1, "domain_userid", TestEvents.Counter with { Name = "views" }));
        return _rules.Publish(Rule(Where("product:views", AttributeOperator.Equal, "5")) with
        {
            TargetAttributeKeys = ["user_id"],
            Guards = new InterventionGuards { Cooldown = TimeSpan.FromHours(1) },
        });
    }

    private EnrichedLineBuilder View(string product, string user) =>
        TestEvents.PageView(_events++).With("domain_userid", product).With("user_id", user);

    private void BeforeWrite(int call, Action action)
    {
        var calls = 0;
        Profiles.NextWriteFails = () =>
        {
            if (++calls == call)
                action();
            return StoreFailure.None;
        };
    }

    private static IEnumerable<string> TargetsOf(RulesUnderTest rules) => rules.Outbox.Messages.Select(message => message.Target.Identifier);

    /// <summary>Twelve events of one user in one session, the same every time.</summary>
    private static List<LogRecord> Records(EngineUnderTest engine) => engine.Records(0, Enumerable.Range(0, 12).Select(i =>
        Thing($"\"{i / 2}\"", i).With("event_id", new Guid(i, 0, 0, new byte[8]).ToString()).Build()));
}
