using Signals.Engine.Attributes;
using Signals.Engine.Definitions;
using Signals.Engine.Events;
using Signals.Engine.Tests.Events;
using static Signals.Engine.Tests.Attributes.TestEvents;

namespace Signals.Engine.Tests.Attributes;

/// <summary>The stored form of a profile: what was written once is read for ever, and damage is recognised.</summary>
public sealed class ProfileCodecTests
{
    private const string Fixture = "Signals.Engine.Tests.Attributes.Fixtures.profile-version-1.base64";

    /// <summary>One attribute of every aggregation and every shape of state, with the value of the fixture at 12:10.</summary>
    private static readonly (AttributeDefinition Attribute, string Expected)[] Attributes =
    [
        (Counter with { Name = "counter" }, "303"),
        (Over(AggregationKind.Sum, AttributeType.Double) with { Name = "sum" }, "5.25"),
        (Over(AggregationKind.Mean, AttributeType.Double) with { Name = "mean" }, "1.75"),
        (Over(AggregationKind.Min, AttributeType.Double) with { Name = "min" }, "-1.5"),
        (Over(AggregationKind.Max, AttributeType.Double) with { Name = "max" }, "4.25"),
        (Over(AggregationKind.First, AttributeType.String) with { Name = "first" }, "\"4.25\""),
        (Over(AggregationKind.Last, AttributeType.Bool) with { Name = "last" }, "true"),
        (Over(AggregationKind.Last, AttributeType.Timestamp) with { Name = "last_time", Property = V with { Path = "t" } }, "\"2026-04-09T14:23:01.500Z\""),
        (Over(AggregationKind.Last, AttributeType.Dict) with { Name = "last_object", Property = V with { Path = "o" } }, """{"a":[1,"é"]}"""),
        (Over(AggregationKind.UniqueList, AttributeType.StringList) with { Name = "unique" }, "[\"4.25\",\"é\",\"-1.5\",\"2.5\"]"),
        (Over(AggregationKind.MostFrequent, AttributeType.String) with { Name = "most", Property = V with { Path = "tags" } }, "\"x\""),
        (Over(AggregationKind.LeastFrequent, AttributeType.Int32) with { Name = "least", Property = V with { Path = "tags" } }, "1"),
        (Over(AggregationKind.CategoryCount, AttributeType.Dict) with { Name = "categories", Property = V with { Path = "tags" } }, """{"x":2,"1":1,"2":1}"""),
        (Over(AggregationKind.ApproxCountDistinct, AttributeType.Int32) with { Name = "distinct", Property = V with { Path = "tags" } }, "3"),
        (OverColumn(AggregationKind.ApproxCountDistinct, AttributeType.Int32, "page_url") with { Name = "distinct_many" }, "300"),
        (Counter with { Name = "since_first", Aggregation = AggregationKind.TimeSinceFirst, Type = AttributeType.Double, TimeUnit = TimeUnit.Second }, "599.0"),
        (Counter with { Name = "since_last", Aggregation = AggregationKind.TimeSinceLast, Type = AttributeType.Double, TimeUnit = TimeUnit.Minute }, "5.0"),
        (Over(AggregationKind.Last, AttributeType.Int64) with { Name = "window_last", Period = TimeSpan.FromMinutes(9.995) }, "2"),
        (Over(AggregationKind.Sum, AttributeType.Double) with { Name = "window_sum", Period = TimeSpan.FromDays(1) }, "5.25"),
        (Counter with { Name = "window_tiles", Period = TimeSpan.FromMinutes(9.9) }, "294"),
        (OverColumn(AggregationKind.UniqueList, AttributeType.StringList, "page_urlpath") with { Name = "window_tiles_unique", Period = TimeSpan.FromHours(1) }, "[\"/2\",\"/0\",\"/1\"]"),
    ];

    [Fact]
    public async Task Version_1_is_read_for_ever()
    {
        var engine = NewEngine();
        engine.Profiles.Replace("user_id", "u1", Convert.FromBase64String(await FixtureAsync()));

        foreach (var (attribute, expected) in Attributes)
            Assert.Equal((attribute.Name, expected), (attribute.Name, await engine.ReadAsync($"g_v1:{attribute.Name}")));
        Assert.Equal("\"gold\"", await engine.ReadAsync("crm_v1:tier"));
    }

    [Fact]
    public async Task What_is_written_today_is_version_1_byte_for_byte()
    {
        // When this fails on purpose, the version goes up and a new fixture joins the old one; the old one stays readable.
        var engine = await FilledAsync();

        Assert.Equal(await FixtureAsync(), Convert.ToBase64String(engine.Profiles.StateOf("user_id", "u1")!.Value.Span));
    }

    [Fact]
    public async Task A_profile_of_an_older_program_is_continued()
    {
        var engine = NewEngine();
        engine.Profiles.Replace("user_id", "u1", Convert.FromBase64String(await FixtureAsync()));

        await engine.ProcessAsync(engine.Records(4, [Thing("10", 599).Build()]));

        Assert.Equal("15.25", await engine.ReadAsync("g_v1:sum"));
        Assert.Equal("304", await engine.ReadAsync("g_v1:counter"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void Another_version_is_refused_by_its_number(byte version)
    {
        var exception = Assert.Throws<InvalidDataException>(() => ProfileState.Decode(new KeyPlan("user_id", []), new[] { version }, null));

        Assert.Contains($"version {version}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("up to version 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_proper_beginning_of_a_profile_is_refused()
    {
        var plan = NewEngine().PlanOf("user_id");
        var bytes = Convert.FromBase64String(await FixtureAsync());

        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => ProfileState.Decode(plan, bytes[..length], null));
    }

    [Fact]
    public async Task Damaged_bytes_are_either_readable_or_refused_as_invalid_data_and_nothing_else()
    {
        var plan = NewEngine().PlanOf("user_id");
        var bytes = Convert.FromBase64String(await FixtureAsync());
        var refused = 0;
        for (var seed = 0; seed < 4_000; seed++)
        {
            try
            {
                Use(plan, Damage(new Random(seed), bytes));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"Seed {seed}: {exception}");
            }
        }
        Assert.InRange(refused, 400, 3_999);
    }

    [Fact]
    public async Task States_of_definitions_that_the_plan_does_not_know_are_kept_as_they_are()
    {
        var engine = NewEngine();
        var bytes = Convert.FromBase64String(await FixtureAsync());
        var stranger = new KeyPlan("user_id", []);

        var rewritten = ProfileState.Decode(stranger, bytes, null).Encode(new StateWriter(), new StateWriter(), EventTime.From(Noon.AddMinutes(10)), out _);
        engine.Profiles.Replace("user_id", "u1", rewritten);

        foreach (var (attribute, expected) in Attributes)
            Assert.Equal(expected, await engine.ReadAsync($"g_v1:{attribute.Name}"));
    }

    private static EngineUnderTest NewEngine()
    {
        var engine = new EngineUnderTest([.. Attributes.Select(entry => entry.Attribute)]);
        engine.Definitions.Add(WarehouseGroups.Crm());
        engine.Time.Now = Noon.AddMinutes(10);
        return engine;
    }

    /// <summary>The profile of the fixture, made from its events.</summary>
    private static async Task<EngineUnderTest> FilledAsync()
    {
        var engine = NewEngine();
        await engine.ProcessAsync(
            Event("com.acme", "thing", "1-0-0", """{"v":4.25,"t":"2026-04-09T14:23:01.500Z","o":{"a":[1,"é"]},"tags":["x",1]}""", 1).With("event_id", Id(1)),
            Event("com.acme", "thing", "1-0-0", """{"v":"é"}""", 2).With("event_id", Id(2)),
            Event("com.acme", "thing", "1-0-0", """{"v":-1.5,"tags":["x",2]}""", 3).With("event_id", Id(3)));
        await engine.ProcessAsync(Enumerable.Range(0, 299).Select(i => PageView(i + 1)
            .With("event_id", Id(1000 + i)).With("page_url", $"http://example.com/{i}").With("page_urlpath", $"/{i % 3}").CollectedAt(Noon.AddMinutes(i < 297 ? 0 : 120))));
        await engine.ProcessAsync(engine.Records(2, [Thing("2.5", 300).With("event_id", Id(4)).With("page_url", "x").CollectedAt(Noon.AddMinutes(120)).Build()]));
        await engine.Editor.PushAsync(WarehouseGroups.CrmId, ["u1"], WarehouseGroups.Values("tier", "\"gold\""), default);
        return engine;
    }

    private static string Id(int number) => $"0000{number:0000}-0000-4000-8000-000000000000";

    private static async Task<string> FixtureAsync()
    {
        await using var stream = typeof(ProfileCodecTests).Assembly.GetManifestResourceStream(Fixture)!;
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync()).ReplaceLineEndings("");
    }

    /// <summary>Does with a profile everything that the product does.</summary>
    private static void Use(KeyPlan plan, byte[] bytes)
    {
        var now = EventTime.From(Noon.AddMinutes(10));
        var profile = ProfileState.Decode(plan, bytes, null);
        foreach (var definition in plan.Definitions)
            _ = profile.Read(definition, now).ToJson();
        foreach (var definition in plan.Definitions)
            if (!definition.Aggregation.FromWarehouse)
                profile.Fold(definition, new Observation(now, Guid.Empty, definition.Aggregation.Numeric ? ScalarValue.Of(0.5m) : ScalarValue.Of("new")), now);
        profile.Admit(new LogPosition(0, 10_000), Guid.NewGuid(), now);
        profile.Encode(new StateWriter(), new StateWriter(), now, out _);
        foreach (var definition in plan.Definitions)
            _ = profile.Read(definition, now).ToJson();
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        var damaged = bytes.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(1, damaged.Count);
            switch (random.Next(5))
            {
                case 0:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 2:
                    damaged[at] = 0xFF;
                    break;
                case 3:
                    damaged.RemoveAt(at);
                    break;
                default:
                    damaged.Insert(at, (byte)random.Next(256));
                    break;
            }
        }
        return [.. damaged];
    }
}
