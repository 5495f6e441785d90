using System.Globalization;
using System.Text.Json.Nodes;
using Signals.Engine.Events;

namespace Signals.Acceptance.GeneratedData;

/// <summary>
/// What the attributes of <see cref="ShopAttributes"/> must be, computed the slow and obvious way: split every line, parse all of its JSON, keep every
/// event once, sort by time, and look at them all again for each answer. Shares nothing with the engine but the names of the columns.
/// </summary>
internal sealed class NaiveShopReader
{
    private readonly Dictionary<string, NaiveEvent> _events = [];

    /// <summary>Lines that are no enriched event.</summary>
    public int BadLines { get; private set; }

    /// <summary>Lines that repeat an event.</summary>
    public int Repeats { get; private set; }

    /// <summary>Different events.</summary>
    public int Events => _events.Count;

    public IReadOnlyList<string> Visitors => [.. _events.Values.Select(e => e.Visitor).Distinct()];

    public void Add(string line)
    {
        var columns = line.Split('\t');
        if (!IsEvent(columns))
            BadLines++;
        else if (!_events.TryAdd(Column(columns, "event_id"), new NaiveEvent(columns)))
            Repeats++;
    }

    /// <summary>The attributes of a visitor as the API must answer them.</summary>
    public JsonObject AttributesOf(string visitor)
    {
        var events = _events.Values.Where(e => e.Visitor == visitor).OrderBy(e => e.Time).ThenBy(e => e.Id).ToArray();
        var views = events.Where(e => e.Action == "product_view").ToArray();
        var adds = events.Where(e => e.Action == "add_to_cart").ToArray();
        var prices = views.Select(e => e.ProductPrice).ToArray();
        return new JsonObject
        {
            ["product_views"] = views.Length == 0 ? null : views.Length,
            ["add_to_carts"] = adds.Length == 0 ? null : adds.Length,
            ["cart_value"] = adds.Length == 0 ? null : adds.Sum(e => e.ProductPrice),
            ["cheapest_view"] = prices.Length == 0 ? null : prices.Min(),
            ["dearest_view"] = prices.Length == 0 ? null : prices.Max(),
            ["mean_view"] = prices.Length == 0 ? null : prices.Average(),
            ["first_page"] = events.FirstOrDefault(e => e.Type == "page_view")?.Path,
            ["last_category"] = views.LastOrDefault()?.ProductCategory,
            ["pages"] = Json(events.Where(e => e.Type == "page_view").GroupBy(e => e.Path).OrderBy(page => page.Last().Time).ThenBy(page => page.Last().Id)
                .Select(page => (JsonNode)page.Key).TakeLast(100).ToArray()),
            ["categories"] = views.Length == 0 ? null : new JsonObject(views.GroupBy(e => e.ProductCategory).Select(group => KeyValuePair.Create(group.Key, (JsonNode?)group.Count()))),
            ["everything"] = events.Length,
        };
    }

    private static JsonArray? Json(JsonNode[] values) => values.Length == 0 ? null : new JsonArray(values);

    private static bool IsEvent(string[] columns) =>
        columns.Length == 131
        && Guid.TryParseExact(Column(columns, "event_id"), "D", out _)
        && Column(columns, "v_etl").Length > 0
        && Column(columns, "v_collector").Length > 0
        && DateTime.TryParse(Column(columns, "collector_tstamp"), CultureInfo.InvariantCulture, out _);

    private static string Column(string[] columns, string name) => columns[AtomicColumns.IndexOf(name)];

    private sealed class NaiveEvent
    {
        public NaiveEvent(string[] columns)
        {
            Id = Column(columns, "event_id");
            Visitor = Column(columns, "domain_userid");
            Type = Column(columns, "event");
            Path = Column(columns, "page_urlpath");
            Time = DateTime.Parse(Column(columns, "derived_tstamp"), CultureInfo.InvariantCulture);
            if (Column(columns, "unstruct_event") is not { Length: > 0 } payload)
                return;
            Action = $"{JsonNode.Parse(payload)!["data"]!["data"]!["type"]}";
            var product = JsonNode.Parse(Column(columns, "contexts"))!["data"]!.AsArray()
                .FirstOrDefault(entity => $"{entity!["schema"]}".StartsWith("iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-", StringComparison.Ordinal))?["data"];
            ProductPrice = product?["price"]!.GetValue<double>() ?? 0;
            ProductCategory = $"{product?["category"]}";
        }

        public string Id { get; }

        public string Visitor { get; }

        public string Type { get; }

        public string Path { get; }

        public DateTime Time { get; }

        public string Action { get; } = "";

        public double ProductPrice { get; }

        public string ProductCategory { get; } = "";
    }
}
