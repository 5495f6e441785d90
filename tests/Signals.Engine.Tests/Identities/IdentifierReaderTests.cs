using System.Globalization;
using Signals.Engine.Events;
using Signals.Engine.Identities;
using Signals.Engine.Tests.Events;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 4: from an event to its identifiers.</summary>
public sealed class IdentifierReaderTests
{
    private const string Login = """{"type":"event","vendor":"com.acme","name":"login","majorVersion":1,"path":"$.userId"}""";
    private const string Profile = """{"type":"entity","vendor":"com.acme","name":"profile","majorVersion":1,"path":"$.id"}""";

    private static readonly DateTimeOffset Now = new(2025, 1, 1, 0, 0, 5, TimeSpan.Zero);

    private readonly ExtractionMetrics _metrics = new();

    [Fact]
    public void Identifiers_come_by_priority_whatever_the_order_of_the_configuration()
    {
        var configuration = IdentityConfigurations.With("""
            {"name":"network_userid","priority":20,"property":"network_userid"},
            {"name":"user_id","priority":100,"property":"user_id","unique":true},
            {"name":"ip","priority":20,"property":"user_ipaddress"}
            """);

        var request = Read(configuration, Line().With("user_id", "alice").With("network_userid", "n1").With("user_ipaddress", "1.2.3.4"));

        Assert.Equal([new Identifier("user_id", "alice"), new("network_userid", "n1"), new("ip", "1.2.3.4")], request!.Identifiers);
        Assert.Equal("alice", request.UniqueValue);
    }

    [Fact]
    public void Request_carries_id_time_and_app_of_the_event()
    {
        var id = Guid.NewGuid().ToString();

        var request = Read(User, Line().With("event_id", id).With("app_id", "shop").With("user_id", "alice").At(Now.AddDays(-3)))!;

        Assert.Equal((id, "shop", EventTime.From(Now.AddDays(-3))), (request.EventId, request.AppId, request.Time));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(6, 0)]
    public void Time_more_than_five_minutes_ahead_is_the_processing_time(int minutesAhead, int minutesTaken)
    {
        var request = Read(User, Line().With("user_id", "alice").At(Now.AddMinutes(minutesAhead)))!;

        Assert.Equal(EventTime.From(Now.AddMinutes(minutesTaken)), request.Time);
    }

    [Theory]
    [InlineData("  alice ", "alice")]
    [InlineData("\u3000Alice\u00a0", "Alice")]
    [InlineData("undefined", null)]
    [InlineData("   ", null)]
    [InlineData("", null)]
    public void Values_are_trimmed_and_checked(string value, string? taken) =>
        Assert.Equal(taken, Read(User, Line().With("user_id", value))?.UniqueValue);

    [Fact]
    public void Dropped_values_are_counted_by_type_and_reason()
    {
        var configuration = IdentityConfigurations.With(
            """{"name":"user_id","priority":100,"property":"user_id"},{"name":"domain_userid","priority":50,"property":"domain_userid"}""",
            """ "blocked_values":["abc123"],"limits":{"max_value_length":10} """);

        Assert.Null(Read(configuration, Line().With("user_id", "null").With("domain_userid", "elevencharacters")));
        Assert.Null(Read(configuration, Line().With("user_id", "  ").With("domain_userid", "abc123")));
        Assert.NotNull(Read(configuration, Line().With("user_id", "ABC123")));

        Assert.Equal(
            [new("domain_userid", DropReason.TooLong, 1), new("domain_userid", DropReason.Blocked, 1), new("user_id", DropReason.Empty, 1), new("user_id", DropReason.Blocked, 1)],
            _metrics.Dropped);
        Assert.Equal((1, 2), (_metrics.EventsWith(ExtractionOutcome.Identified), _metrics.EventsWith(ExtractionOutcome.NoIdentifiers)));
    }

    [Fact]
    public void A_type_can_do_without_the_default_list_and_ask_for_lower_case()
    {
        var configuration = IdentityConfigurations.With("""{"name":"user_id","priority":1,"property":"user_id","normalise":"lowercase","default_blocked_values":false}""");

        Assert.Equal("guest", Read(configuration, Line().With("user_id", "Guest"))!.Identifiers.Single().Value);
    }

    [Fact]
    public void Value_length_counts_utf16_code_units_after_trimming()
    {
        var configuration = IdentityConfigurations.With("""{"name":"user_id","priority":1,"property":"user_id"}""", """ "limits":{"max_value_length":4} """);

        Assert.NotNull(Read(configuration, Line().With("user_id", "  😀😀  ")));
        Assert.Null(Read(configuration, Line().With("user_id", "😀😀a")));
    }

    [Fact]
    public void Paths_into_the_payload_and_the_entities_are_followed()
    {
        var configuration = IdentityConfigurations.With($$"""{"name":"login","priority":2,"field":{{Login}}},{"name":"profile","priority":1,"field":{{Profile}}}""");
        var line = Line().WithEvent("com.acme", "login", "1-0-3", """{"userId":"al\u0069ce"}""").WithEntity("com.acme", "profile", "1-2-0", """{"id":"p1"}""");

        Assert.Equal([new Identifier("login", "alice"), new("profile", "p1")], Read(configuration, line)!.Identifiers);
        Assert.Null(Read(configuration, Line().WithEvent("com.acme", "login", "2-0-0", """{"userId":"alice"}""")));
        Assert.Equal("p1", Read(configuration, Line().WithEntity("com.acme", "profile", "1-0-0", """{"id":"p1"}"""))!.Identifiers.Single().Value);
        Assert.Equal("alice", Read(configuration, Line().WithEvent("com.acme", "login", "1-0-0", """{"userId":"alice"}""")
            .With("event_vendor", "").With("event_name", "").With("event_format", "").With("event_version", ""))!.Identifiers.Single().Value);
    }

    [Fact]
    public void The_index_counts_the_entities_of_one_schema_from_zero()
    {
        var configuration = IdentityConfigurations.With("""{"name":"second","priority":1,"field":""" + Profile[..^1] + ""","index":1}}""");
        var line = Line().WithEntity("com.acme", "profile", "1-0-0", """{"id":"p1"}""").WithEntity("com.acme", "other", "1-0-0", """{"id":"x"}""");

        Assert.Null(Read(configuration, line));
        Assert.Equal("p2", Read(configuration, line.WithEntity("com.acme", "profile", "1-0-1", """{"id":"p2"}"""))!.Identifiers.Single().Value);
    }

    [Fact]
    public void Derived_contexts_are_searched_only_when_asked_for()
    {
        const string type = $$"""{"name":"profile","priority":1,"field":{{Profile}}}""";
        var line = Line().WithDerivedEntity("com.acme", "profile", "1-0-0", """{"id":"p1"}""");

        Assert.Null(Read(IdentityConfigurations.With(type), line));
        Assert.NotNull(Read(IdentityConfigurations.With(type, """ "include_derived_contexts":true """), line));
    }

    [Theory]
    [InlineData("7", true)]
    [InlineData("-12345678901234567890", true)]
    [InlineData("7.5", false)]
    [InlineData("7e3", false)]
    [InlineData("true", false)]
    [InlineData("""["a"]""", false)]
    [InlineData("""{"a":"b"}""", false)]
    public void Of_json_only_texts_count_and_integers_when_asked_for(string json, bool isInteger)
    {
        const string type = $$"""{"name":"profile","priority":1,"field":{{Profile}}}""";
        var line = Line().WithEntity("com.acme", "profile", "1-0-0", $$"""{"id":{{json}}}""");

        Assert.Null(Read(IdentityConfigurations.With(type), line));
        Assert.Equal(new("profile", DropReason.NotText, 1), _metrics.Dropped.Single());
        Assert.Equal(isInteger ? json : null, Read(IdentityConfigurations.With(type, """ "accept_integers":true """), line)?.Identifiers.Single().Value);
    }

    [Fact]
    public void An_event_has_no_more_identifiers_than_the_limit()
    {
        var configuration = IdentityConfigurations.With(
            """{"name":"user_id","priority":100,"property":"user_id"},{"name":"domain_userid","priority":50,"property":"domain_userid"}""",
            """ "limits":{"max_identifiers_per_event":1} """);

        Assert.Equal("user_id", Read(configuration, Line().With("user_id", "a").With("domain_userid", "d"))!.Identifiers.Single().Type);
        Assert.Equal(new("domain_userid", DropReason.TooMany, 1), _metrics.Dropped.Single());
    }

    [Fact]
    public void Merge_events_are_left_alone()
    {
        var line = Line().WithEvent("com.snowplowanalytics.snowplow", "identity_merge", "2-0-0", "{}").With("user_id", "alice");

        Assert.Equal(ExtractionOutcome.Filtered, Read(User, line, out _));
    }

    [Fact]
    public void Broken_json_that_has_to_be_read_makes_a_bad_row()
    {
        var configuration = IdentityConfigurations.With($$"""{"name":"profile","priority":1,"field":{{Profile}}}""");

        Assert.Equal(ExtractionOutcome.Broken, Read(configuration, Line().With("contexts", """{"data":[{]}"""), out var error));
        Assert.StartsWith("contexts is broken JSON", error, StringComparison.Ordinal);
        Assert.Equal(ExtractionOutcome.NoIdentifiers, Read(User, Line().With("contexts", """{"data":[{]}"""), out _));
    }

    [Fact]
    public void An_event_that_carries_nothing_allocates_nothing()
    {
        var plan = new IdentifierPlan(IdentityConfigurations.Read(IdentityConfigurations.Default) with
        {
            Filters = new IdentityFilters(true, [new IdentityFilter(new AtomicReference(AtomicColumns.AppId), false, ["shop"])]),
        });
        var line = Line().WithEntity("com.snowplowanalytics.snowplow", "web_page", "1-0-0", """{"id":"abc"}""").With("user_id", "null").Build();
        var ends = new int[AtomicColumns.Count];
        var reader = new IdentifierReader(_metrics);

        Allocations.AssertNone(() =>
        {
            if (!EnrichedEvent.TryRead(line, ends, out var enriched) || reader.Read(enriched, plan, Now, out _, out _) != ExtractionOutcome.NoIdentifiers)
                throw new InvalidOperationException("The event was not to carry anything.");
        });
    }

    private static IdentityConfiguration User { get; } = IdentityConfigurations.With("""{"name":"user_id","priority":1,"property":"user_id","unique":true}""");

    private static EnrichedLineBuilder Line() => new();

    private ResolutionRequest? Read(IdentityConfiguration configuration, EnrichedLineBuilder line)
    {
        var outcome = Read(configuration, line, out _, out var request);
        Assert.Equal(request is null ? ExtractionOutcome.NoIdentifiers : ExtractionOutcome.Identified, outcome);
        return request;
    }

    private ExtractionOutcome Read(IdentityConfiguration configuration, EnrichedLineBuilder line, out string? error) =>
        Read(configuration, line, out error, out _);

    private ExtractionOutcome Read(IdentityConfiguration configuration, EnrichedLineBuilder line, out string? error, out ResolutionRequest? request)
    {
        Assert.True(EnrichedEvent.TryRead(line.Build(), new int[AtomicColumns.Count], out var enriched), string.Create(CultureInfo.InvariantCulture, $"{EnrichedEvent.Explain(line.Build())}"));
        return new IdentifierReader(_metrics).Read(enriched, new IdentifierPlan(configuration), Now, out request, out error);
    }
}
