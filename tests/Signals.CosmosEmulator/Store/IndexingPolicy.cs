using System.Text.Json;
using System.Text.Json.Nodes;

namespace Signals.CosmosEmulator.Store;

/// <summary>Which paths of an item are indexed: the most precise of the included and excluded paths decides.</summary>
internal sealed class IndexingPolicy
{
    private readonly List<(string[] Names, bool Included)> _rules = [];
    private readonly bool _indexesNothing;

    public IndexingPolicy(JsonObject? policy)
    {
        var mode = policy?["indexingMode"]?.GetValue<string>() ?? "consistent";
        AddRules(policy?["includedPaths"], included: true);
        AddRules(policy?["excludedPaths"], included: false);
        if (policy?["includedPaths"] is null && policy?["excludedPaths"] is null) _rules.Add(([], true));
        _indexesNothing = mode.Equals("none", StringComparison.OrdinalIgnoreCase) || !_rules.Exists(static rule => rule.Included);
    }

    /// <summary>Whether a query may filter by this path without a scan, and order by it at all.</summary>
    public bool Includes(IReadOnlyList<string> names)
    {
        if (names is ["_ts"] or ["id"]) return true;
        if (_indexesNothing) return false;
        var best = (Length: -1, Included: false);
        foreach (var rule in _rules)
        {
            if (rule.Names.Length > best.Length && names.Take(rule.Names.Length).SequenceEqual(rule.Names))
                best = (rule.Names.Length, rule.Included);
        }

        return best.Included;
    }

    /// <summary>How many indexed values the item has.</summary>
    public int CountPaths(ReadOnlySpan<byte> item)
    {
        if (_indexesNothing) return 0;
        var reader = new Utf8JsonReader(item, new JsonReaderOptions { MaxDepth = 128 });
        var names = new List<string>();
        var count = 0;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    names.RemoveRange(reader.CurrentDepth - 1, names.Count - reader.CurrentDepth + 1);
                    names.Add(reader.GetString()!);
                    break;
                case JsonTokenType.StartArray:
                    names.Add("[]");
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    names.RemoveRange(reader.CurrentDepth, names.Count - reader.CurrentDepth);
                    break;
                case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null:
                    if (Includes(names)) count++;
                    break;
            }
        }

        return count;
    }

    private void AddRules(JsonNode? paths, bool included)
    {
        if (paths is not JsonArray list) return;
        foreach (var entry in list)
        {
            var path = entry?["path"]?.GetValue<string>() ?? "/*";
            var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(static name => name is not ("*" or "?"));
            _rules.Add(([.. names.Select(static name => name.Trim('"'))], included));
        }
    }
}
