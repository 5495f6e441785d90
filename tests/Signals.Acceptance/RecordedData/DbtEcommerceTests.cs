using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.RecordedData;

/// <summary>
/// Events recorded on a demonstration shop go through <c>replay</c>; the attributes of every session equal the sessions table that
/// Snowplow publishes for the same events (definitions: README of the data).
/// </summary>
public sealed class DbtEcommerceTests
{
    private const string MobileSession = "client_sessionid";

    private static readonly (string Column, string Attribute)[] Counts =
    [
        ("number_product_views", "product_views"),
        ("number_add_to_carts", "add_to_carts"),
        ("number_remove_from_carts", "remove_from_carts"),
        ("total_number_transactions", "transactions"),
        ("total_transaction_quantity", "quantity"),
        ("total_transaction_revenue", "revenue"),
    ];

    private static readonly (string Column, string Attribute)[] Times =
    [
        ("first_product_view", "first_product_view"),
        ("last_product_view", "last_product_view"),
    ];

    [SharedDataFact]
    [Trait("Row", "25")]
    public async Task Every_session_of_the_recorded_shop_has_the_published_values()
    {
        var data = RepositoryLayout.SharedData!;
        var expected = ReadCsv(Path.Combine(data, "dbt-ecommerce", "expected", "snowplow_ecommerce_sessions_expected.csv"));
        await using var runtime = await LocalRuntime.StartAsync();
        await PublishAsync(runtime.Client);

        var replay = await LocalRuntime.RunVerbAsync(
        [
            "replay",
            Path.Combine(data, "derived-enriched", "ecommerce.enriched.tsv"),
            Path.Combine(data, "derived-enriched", "ecommerce-untyped.enriched.tsv"),
            "--to", runtime.Address,
        ]);

        Assert.True(replay.ExitCode == 0, $"replay ended with {replay.ExitCode}\n{replay.Output}\n{replay.Errors}\n{runtime.Output}");
        Assert.Equal(63, expected.Count);
        await Eventually.ReadAsync(() => DifferencesAsync(runtime.Client, expected), differences => differences.Length == 0, "63 sessions as published");
    }

    private static async Task PublishAsync(SignalsClient client)
    {
        // The mobile sessions of the recording have no domain_sessionid: their id is in the client_session entity.
        await client.PutKeyAsync(new JsonObject
        {
            ["name"] = MobileSession,
            ["property"] = EntityProperty(Snowplow, "client_session", "sessionId"),
            ["is_published"] = true,
        });
        await client.PutGroupAsync(Group(GroupOf("domain_sessionid"), 1, "domain_sessionid", SessionAttributes()));
        await client.PutGroupAsync(Group(GroupOf(MobileSession), 1, MobileSession, SessionAttributes()));
    }

    private static JsonObject[] SessionAttributes()
    {
        // No version: the recording holds 1-0-0 and 1-0-1.
        JsonObject Action() => new() { ["vendor"] = Ecommerce, ["name"] = "snowplow_ecommerce_action" };
        JsonObject View() => All(
            Criterion(ActionType(), "in", new JsonArray("product_view", "list_view")),
            Criterion(EntityProperty(Ecommerce, "product", "id"), "is not null"));
        JsonObject Type(string type) => All(Criterion(ActionType(), "=", type));
        JsonObject Transaction(string path) => EntityProperty(Ecommerce, "transaction", path);
        return
        [
            Attribute("product_views", "int64", "counter", criteria: View(), events: Action()),
            Attribute("add_to_carts", "int64", "counter", criteria: Type("add_to_cart"), events: Action()),
            Attribute("remove_from_carts", "int64", "counter", criteria: Type("remove_from_cart"), events: Action()),
            Attribute("transactions", "int64", "counter", criteria: Type("transaction"), events: Action()),
            Attribute("revenue", "double", "sum", Transaction("revenue"), Type("transaction"), Action()),
            Attribute("quantity", "int64", "sum", Transaction("total_quantity"), Type("transaction"), Action()),
            Attribute("first_product_view", "string", "first", Atomic("derived_tstamp"), View(), Action()),
            Attribute("last_product_view", "string", "last", Atomic("derived_tstamp"), View(), Action()),
        ];
    }

    private static async Task<string> DifferencesAsync(SignalsClient client, IReadOnlyList<IReadOnlyDictionary<string, string>> expected)
    {
        var differences = new List<string>();
        string[] attributes = [.. Counts.Select(pair => pair.Attribute), .. Times.Select(pair => pair.Attribute)];
        string[] sessions = [.. expected.Select(row => row["domain_sessionid"])];
        var web = await client.ReadGroupAsync(GroupOf("domain_sessionid"), 1, "domain_sessionid", sessions, attributes);
        var mobile = await client.ReadGroupAsync(GroupOf(MobileSession), 1, MobileSession, sessions, attributes);
        for (var i = 0; i < sessions.Length; i++)
        {
            JsonNode? Value(string attribute) => web[attribute]![i] ?? mobile[attribute]![i];
            foreach (var (column, attribute) in Counts)
            {
                var wanted = expected[i][column].Length == 0 ? 0 : decimal.Parse(expected[i][column], System.Globalization.CultureInfo.InvariantCulture);
                if ((Value(attribute)?.GetValue<decimal>() ?? 0) != wanted)
                    differences.Add($"{sessions[i]} {column}: expected {wanted}, read {Value(attribute)}");
            }
            foreach (var (column, attribute) in Times)
            {
                if (ToSecond(Value(attribute)?.GetValue<string>()) != ToSecond(expected[i][column]))
                    differences.Add($"{sessions[i]} {column}: expected '{expected[i][column]}', read {Value(attribute)}");
            }
        }
        return string.Join('\n', differences);
    }

    private static string GroupOf(string key) => $"shop_{key}";

    private static DateTimeOffset? ToSecond(string? text) => string.IsNullOrEmpty(text)
        ? null
        : DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds());

    private static List<IReadOnlyDictionary<string, string>> ReadCsv(string path)
    {
        // None of the columns compared here holds a quoted field, and the file has none at all.
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split(',');
        return [.. lines.Skip(1).Where(line => line.Length > 0).Select(line =>
            (IReadOnlyDictionary<string, string>)names.Zip(line.Split(',')).ToDictionary(pair => pair.First, pair => pair.Second))];
    }
}
