using System.Text;
using System.Text.Json;
using Signals.Engine.Events;
using Signals.Functions.Local.SampleData;

namespace Signals.Functions.Tests.SampleData;

public sealed class SampleShopTests
{
    private static readonly SampleShopOptions Options = new()
    {
        Events = 5000,
        Users = 300,
        Seed = 7,
        Start = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
        MalformedShare = 0.02,
        DuplicateShare = 0.02,
        LateShare = 0.03,
    };

    private static readonly int[] JsonColumns = [AtomicColumns.Contexts, AtomicColumns.UnstructEvent, AtomicColumns.DerivedContexts];

    [Fact]
    public void Same_options_give_the_same_lines() =>
        Assert.Equal(Lines(Options), Lines(Options));

    [Fact]
    public void Another_seed_gives_other_lines() =>
        Assert.DoesNotContain(Lines(Options).Intersect(Lines(Options with { Seed = 8 })), line => line.Contains('\t'));

    [Fact]
    public void As_many_lines_as_wanted_come_and_are_accounted_for()
    {
        var shop = new SampleShop(Options);
        var lines = Lines(shop);

        Assert.Equal(Options.Events, lines.Count);
        Assert.Equal(shop.Totals.Lines, shop.Totals.Events + shop.Totals.Duplicates + shop.Totals.Malformed);
        Assert.InRange(shop.Totals.Malformed, 50, 150);
        Assert.InRange(shop.Totals.Duplicates, 50, 150);
        Assert.InRange(shop.Totals.Late, 75, 225);
    }

    [Fact]
    public void Lines_are_readable_except_the_malformed_ones()
    {
        var shop = new SampleShop(Options);
        var ends = new int[AtomicColumns.Count];
        var unreadable = Lines(shop).Count(line => !EnrichedEvent.TryRead(Encoding.UTF8.GetBytes(line), ends, out _));

        Assert.Equal(shop.Totals.Malformed, unreadable);
    }

    [Fact]
    public void Only_duplicates_repeat_an_event_id()
    {
        var shop = new SampleShop(Options with { MalformedShare = 0 });
        var ids = Events(shop).Select(columns => columns[AtomicColumns.EventId]).ToList();

        Assert.Equal(shop.Totals.Duplicates, ids.Count - ids.Distinct().Count());
    }

    [Fact]
    public void Json_columns_are_json()
    {
        foreach (var columns in Events(new SampleShop(Options with { MalformedShare = 0 })))
        {
            foreach (var column in JsonColumns.Where(column => columns[column].Length > 0))
                JsonDocument.Parse(columns[column]).Dispose();
        }
    }

    [Fact]
    public void Event_time_is_collector_time_less_the_delay_on_the_device()
    {
        foreach (var columns in Events(new SampleShop(Options with { MalformedShare = 0 })))
        {
            var delay = Time(columns, "dvce_sent_tstamp") - Time(columns, "dvce_created_tstamp");
            var error = Time(columns, "collector_tstamp") - delay - Time(columns, "derived_tstamp");
            Assert.InRange(error.TotalMilliseconds, -3, 3);
        }
    }

    [Fact]
    public void Ecommerce_actions_carry_the_entities_that_belong_to_them()
    {
        var expected = new Dictionary<string, string[]>
        {
            ["list_view"] = ["product", "product", "product", "product"],
            ["product_view"] = ["product"],
            ["add_to_cart"] = ["product", "cart"],
            ["remove_from_cart"] = ["product", "cart"],
            ["checkout_step"] = ["checkout_step"],
            ["transaction"] = ["transaction"],
        };
        var seen = new HashSet<string>();
        foreach (var columns in Events(new SampleShop(Options with { MalformedShare = 0 })).Where(columns => columns[AtomicColumns.UnstructEvent].Length > 0))
        {
            using var payload = JsonDocument.Parse(columns[AtomicColumns.UnstructEvent]);
            var type = payload.RootElement.GetProperty("data").GetProperty("data").GetProperty("type").GetString()!;
            var entities = Entities(columns).Where(name => name is not ("web_page" or "page" or "user"));
            Assert.Equal(expected[type], type == "transaction" ? entities.Where(name => name != "product") : entities);
            seen.Add(type);
        }
        Assert.Equal(expected.Keys.Order(), seen.Order());
    }

    [Fact]
    public void Visitors_start_anonymous_and_some_log_in()
    {
        var events = Events(new SampleShop(Options with { MalformedShare = 0, DuplicateShare = 0 })).ToList();
        var loggedIn = events.Where(columns => columns[AtomicColumns.UserId].Length > 0).ToList();
        var known = loggedIn.Select(columns => columns[AtomicColumns.DomainUserid]).ToHashSet();

        Assert.NotEmpty(known);
        Assert.Contains(events, columns => columns[AtomicColumns.UserId].Length == 0 && known.Contains(columns[AtomicColumns.DomainUserid]));
        Assert.All(loggedIn, columns => Assert.Contains("user", Entities(columns)));
    }

    [Fact]
    public void Visitors_are_as_many_as_wanted_and_some_come_often()
    {
        var visits = Events(new SampleShop(Options with { Events = 20_000, MalformedShare = 0 }))
            .GroupBy(columns => columns[AtomicColumns.DomainUserid])
            .Select(visitor => visitor.Select(columns => columns[AtomicColumns.DomainSessionid]).Distinct().Count())
            .OrderDescending().ToList();

        Assert.Equal(Options.Users, visits.Count);
        Assert.True(visits[0] > 2 * visits[visits.Count / 2], $"most frequent {visits[0]}, median {visits[visits.Count / 2]}");
    }

    [Theory]
    [InlineData(-0.1, 0)]
    [InlineData(0, 1.1)]
    [InlineData(0.6, 0.6)]
    [InlineData(double.NaN, 0)]
    public void Shares_outside_their_range_are_refused(double malformed, double duplicates) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SampleShop(Options with { MalformedShare = malformed, DuplicateShare = duplicates }));

    private static List<string> Lines(SampleShopOptions options) => Lines(new SampleShop(options));

    private static List<string> Lines(SampleShop shop)
    {
        var lines = new List<string>();
        while (shop.TryNext(out var line))
            lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }

    private static IEnumerable<string[]> Events(SampleShop shop) => Lines(shop).Select(line => line.Split('\t'));

    private static DateTime Time(string[] columns, string name) => DateTime.Parse(columns[AtomicColumns.IndexOf(name)]);

    private static IEnumerable<string> Entities(string[] columns)
    {
        using var contexts = JsonDocument.Parse(columns[AtomicColumns.Contexts]);
        return [.. contexts.RootElement.GetProperty("data").EnumerateArray().Select(entity => entity.GetProperty("schema").GetString()!.Split('/')[1])];
    }
}
