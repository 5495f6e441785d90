using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.CosmosEmulator.Query;

namespace Signals.CosmosEmulator.Store;

/// <summary>A partial update: up to ten operations, all or none.</summary>
internal sealed class ItemPatch
{
    private const int MaximumOperations = 10;
    private readonly List<Step> _steps = [];
    private Expression? _condition;

    private sealed record Step(string Op, string[] Path, JsonNode? Value, string[]? From);

    /// <summary>Reads a patch; null and the reason if the service would refuse it.</summary>
    public static ItemPatch? Parse(ReadOnlySpan<byte> body, out string? error)
    {
        var patch = new ItemPatch();
        error = "The patch has no list of operations.";
        if (ParseObject(body) is not { } json || json["operations"] is not JsonArray { Count: > 0 } operations) return null;
        error = "A patch may have at most 10 operations.";
        if (operations.Count > MaximumOperations) return null;
        foreach (var operation in operations)
        {
            error = "A patch operation needs an op and a path.";
            if (operation?["op"]?.GetValue<string>() is not { } op || operation["path"]?.GetValue<string>() is not { } path) return null;
            patch._steps.Add(new Step(op, Split(path), operation["value"], operation["from"]?.GetValue<string>() is { } from ? Split(from) : null));
        }

        try
        {
            if (json["condition"]?.GetValue<string>() is { } text) patch._condition = SqlParser.ParseCondition(text);
        }
        catch (QueryException invalid)
        {
            error = invalid.Message;
            return null;
        }

        error = null;
        return patch;
    }

    /// <summary>The item after the patch; null and the answer if it cannot be applied.</summary>
    public byte[]? Apply(byte[] item, out ItemResult failure)
    {
        failure = new ItemResult(412, RequestCharges.Nothing, Message: "The condition of the patch is not met.");
        if (_condition?.Evaluate(new QueryScope(QueryValue.Of(JsonElement.Parse(item)))).IsTrue == false) return null;
        var root = JsonNode.Parse(item)!;
        foreach (var step in _steps)
        {
            if (TryApply(root, step)) continue;
            failure = new ItemResult(400, RequestCharges.Nothing,
                Message: $"The patch operation '{step.Op}' cannot be applied to '/{string.Join('/', step.Path)}'.");
            return null;
        }

        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private static bool TryApply(JsonNode root, Step step) => step.Op switch
    {
        "add" => TrySet(root, step.Path, step.Value, insert: true),
        "set" => TrySet(root, step.Path, step.Value, insert: false),
        "replace" => Find(root, step.Path, out _) && TrySet(root, step.Path, step.Value, insert: false),
        "remove" => TryRemove(root, step.Path),
        "incr" => TryIncrement(root, step),
        "move" => step.From is not null && Find(root, step.From, out var moved) && TryRemove(root, step.From)
            && TrySet(root, step.Path, moved, insert: false),
        _ => false,
    };

    private static bool TryIncrement(JsonNode root, Step step)
    {
        if (step.Value is not JsonValue by) return false;
        if (!Find(root, step.Path, out var current)) return TrySet(root, step.Path, by, insert: false);
        if (current is not JsonValue value) return false;
        JsonNode sum = value.TryGetValue(out long whole) && by.TryGetValue(out long wholeBy)
            ? whole + wholeBy
            : value.GetValue<double>() + by.GetValue<double>();
        return TrySet(root, step.Path, sum, insert: false);
    }

    private static bool TrySet(JsonNode root, string[] path, JsonNode? value, bool insert)
    {
        if (!Find(root, path[..^1], out var parent)) return false;
        var copy = value?.DeepClone();
        switch (parent)
        {
            case JsonObject container:
                container[path[^1]] = copy;
                return true;
            case JsonArray list when path[^1] == "-":
                list.Add(copy);
                return true;
            case JsonArray list when TryIndex(path[^1], list.Count + (insert ? 1 : 0), out var index):
                if (insert) list.Insert(index, copy);
                else list[index] = copy;
                return true;
            default:
                return false;
        }
    }

    private static bool TryRemove(JsonNode root, string[] path)
    {
        if (!Find(root, path[..^1], out var parent)) return false;
        switch (parent)
        {
            case JsonObject container:
                return container.Remove(path[^1]);
            case JsonArray list when TryIndex(path[^1], list.Count, out var index):
                list.RemoveAt(index);
                return true;
            default:
                return false;
        }
    }

    private static bool Find(JsonNode root, string[] path, out JsonNode? found)
    {
        found = root;
        foreach (var name in path)
        {
            switch (found)
            {
                case JsonObject container when container.TryGetPropertyValue(name, out var value):
                    found = value;
                    break;
                case JsonArray list when TryIndex(name, list.Count, out var index):
                    found = list[index];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static bool TryIndex(string name, int count, out int index) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index < count;

    private static string[] Split(string path) =>
        [.. path.TrimStart('/').Split('/').Select(static name => name.Replace("~1", "/").Replace("~0", "~"))];

    private static JsonObject? ParseObject(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
