using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.GeneratedData;

/// <summary>Attributes of the sample shop's visitors, and the comparison with what they must be.</summary>
internal static class ShopAttributes
{
    private const string GroupName = "sample_shop";
    private const int IdentifiersPerRead = 100;
    private const double Rounding = 1e-9;

    /// <summary>The group, to be published before the events.</summary>
    public static JsonObject Definition()
    {
        JsonObject Product(string path) => EntityProperty(Ecommerce, "product", path);
        JsonObject Views() => All(Criterion(ActionType(), "=", "product_view"));
        JsonObject Adds() => All(Criterion(ActionType(), "=", "add_to_cart"));
        var page = new JsonObject { ["name"] = "page_view" };
        return Group(GroupName, 1, "domain_userid",
            Attribute("product_views", "int32", "counter", criteria: Views()),
            Attribute("add_to_carts", "int32", "counter", criteria: Adds()),
            Attribute("cart_value", "double", "sum", Product("price"), Adds()),
            Attribute("cheapest_view", "double", "min", Product("price"), Views()),
            Attribute("dearest_view", "double", "max", Product("price"), Views()),
            Attribute("mean_view", "double", "mean", Product("price"), Views()),
            Attribute("first_page", "string", "first", Atomic("page_urlpath"), null, (JsonObject)page.DeepClone()),
            Attribute("last_category", "string", "last", Product("category"), Views()),
            Attribute("pages", "string_list", "unique_list", Atomic("page_urlpath"), null, (JsonObject)page.DeepClone()),
            Attribute("categories", "dict", "category_count", Product("category"), Views()),
            // Late events reach back a day and a half, so a window of a week holds them all.
            Attribute("everything", "int64", "counter").With("period", "P7D"));
    }

    /// <summary>Compares every visitor; returns the differences, one per line.</summary>
    public static async Task<string> DifferencesAsync(SignalsClient client, NaiveShopReader expected)
    {
        var differences = new List<string>();
        foreach (var visitors in expected.Visitors.Chunk(IdentifiersPerRead))
        {
            string[] names = [.. expected.AttributesOf(visitors[0]).Select(attribute => attribute.Key)];
            var read = await client.ReadGroupAsync(GroupName, 1, "domain_userid", visitors, names);
            for (var i = 0; i < visitors.Length; i++)
            {
                foreach (var (name, wanted) in expected.AttributesOf(visitors[i]))
                {
                    if (!Same(wanted, read[name]![i]))
                        differences.Add($"{visitors[i]} {name}: expected {wanted?.ToJsonString() ?? "null"}, read {read[name]![i]?.ToJsonString() ?? "null"}");
                }
            }
        }
        return string.Join('\n', differences);
    }

    private static bool Same(JsonNode? wanted, JsonNode? read) =>
        wanted is JsonValue number && number.TryGetValue<double>(out var left) && read is JsonValue other && other.TryGetValue<double>(out var right)
            ? Math.Abs(left - right) <= Rounding * Math.Max(1, Math.Abs(left)) // a sum of doubles depends on its order
            : JsonNode.DeepEquals(wanted, read);
}
