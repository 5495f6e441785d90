using System.Text.Json;
using System.Text.Json.Nodes;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Takes valid bodies and puts a value of another JSON type in every place: nothing throws, and every refusal names the place.</summary>
[Trait("Row", "4")]
public sealed class MutatedBodyTests
{
    private const string GroupBody = """
        {"name":"g","version":2,"owner":"o","description":"d","online":true,"offline":true,"ttl":"P1D","refresh_rate":"PT1H",
         "backfill_since_tstamp":"2026-01-01T00:00:00Z","is_published":false,
         "attribute_key":{"name":"tier","description":"d","owner":"o","key":"app_id","external_column":"tier","ttl":"P1D","is_published":true,
           "property":{"type":"entity","vendor":"com.acme","name":"user","major_version":1,"path":"tier","index":0}},
         "batch_source":{"name":"s","database":"d","schema":"s","table":"t","timestamp_field":"f","description":"d","owner":"o"},
         "fields":[{"name":"f","type":"string","description":"d"}],
         "attributes":[
          {"name":"a","description":"d","type":"string","aggregation":"last","ttl":"P1D","default_value":"x",
           "events":[{"name":"n","vendor":"v","version":"1-0-0"},{"event_specification_id":"id"}],
           "property":{"type":"calculated","operation":"concat","separator":"-","properties":[{"type":"atomic","name":"app_id"},{"type":"event","vendor":"v","name":"n","major_version":1,"path":"p"}]},
           "criteria":{"all":[{"property":{"type":"atomic","name":"app_id"},"operator":"=","value":"x"}],
                       "any":[{"property":{"type":"atomic","name":"derived_tstamp","date_part":"hour_of_day"},"operator":"in","value":[1,2]}]}},
          {"name":"b","type":"double","aggregation":"time_since_last","time_unit":"min","period":"P1D"}]}
        """;

    private const string ServiceBody = """{"name":"s","description":"d","owner":"o","is_published":true,"attribute_groups":[{"name":"g","version":1}]}""";

    private const string InterventionBody = """
        {"name":"i","version":2,"description":"d","owner":"o","is_published":true,
         "criteria":{"all":[{"attribute":"g:a","operator":">=","value":100},{"attribute":"g:b","operator":"changed"},
                            {"any":[{"attribute":"g:c","operator":"in","value":["x","y"]},{"none":[{"attribute":"g:d","operator":"rlike","value":"^a"}]}]}]},
         "target_attribute_keys":[{"name":"user_id"}],"payload_attribute_groups":[{"name":"g","version":1}],
         "cooldown":"P1D","frequency_cap":{"max":3,"period":"P7D"},"expires_after":"PT1H","priority":5,"holdout_percentage":12.5,
         "active_from":"2026-01-01T00:00:00Z","active_to":"2026-02-01T00:00:00Z"}
        """;

    private const string ReferencesBody = """
        {"attribute_keys":[{"name":"k"}],"attribute_groups":[{"name":"g","version":1}],"services":[{"name":"s"}],
         "interventions":[{"name":"i","version":1}],"event_logs":[{"name":"e"}],"agentic_attributes":[{"name":"a"}]}
        """;

    private static readonly string[] Replacements = ["null", "true", "7", "-7.5", "1e999", "\"\"", "\"\\u0000\"", "\"x y\"", "[]", "[null]", "[{}]", "[[1]]", "{}", "{\"name\":[]}"];

    private delegate bool Reader(JsonElement body, out IReadOnlyList<FieldError> errors);

    public static TheoryData<string, string> Bodies => new()
    {
        { "key", JsonNode.Parse(GroupBody)!["attribute_key"]!.ToJsonString() },
        { "group", GroupBody },
        { "batch source", JsonNode.Parse(GroupBody)!["batch_source"]!.ToJsonString() },
        { "service", ServiceBody },
        { "intervention", InterventionBody },
        { "references", ReferencesBody },
    };

    private static Dictionary<string, Reader> Readers { get; } = new()
    {
        ["key"] = (JsonElement body, out IReadOnlyList<FieldError> errors) => DefinitionJson.TryReadAttributeKey(body, out _, out errors),
        ["group"] = (JsonElement body, out IReadOnlyList<FieldError> errors) => DefinitionJson.TryReadAttributeGroup(body, out _, out errors),
        ["batch source"] = (JsonElement body, out IReadOnlyList<FieldError> errors) => DefinitionJson.TryReadBatchSource(body, out _, out errors),
        ["service"] = (JsonElement body, out IReadOnlyList<FieldError> errors) => DefinitionJson.TryReadService(body, out _, out errors),
        ["intervention"] = (JsonElement body, out IReadOnlyList<FieldError> errors) => DefinitionJson.TryReadIntervention(body, out _, out errors),
        ["references"] = (JsonElement body, out IReadOnlyList<FieldError> errors) => DefinitionJson.TryReadReferences(body, out _, out errors),
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_wrong_type_anywhere_is_refused_and_its_place_is_named(string kind, string body)
    {
        Assert.True(Readers[kind](JsonDocument.Parse(body).RootElement, out var none), string.Join(';', none));
        var places = new List<IReadOnlyList<object>>();
        Collect(JsonNode.Parse(body)!, [], places);

        foreach (var place in places)
        {
            foreach (var replacement in Replacements)
                Check(kind, body, place, replacement);
        }
    }

    private static void Check(string kind, string body, IReadOnlyList<object> place, string replacement)
    {
        var mutated = Replace(JsonNode.Parse(body)!, place, replacement, out var before);
        var what = $"{kind} {string.Join('.', place)} = {replacement}";

        var accepted = Readers[kind](JsonDocument.Parse(mutated).RootElement, out var errors);

        if (accepted)
            Assert.True(MayBe(place, before, replacement), $"accepted: {what}");
        else
            Assert.True(errors.Any(error => Related([.. error.Loc.Skip(1)], place)), $"{what}: {string.Join(';', errors.Select(error => Definitions.Bodies.Place(error)))}");
    }

    // A value of the same JSON type may be fine, null where the member can be absent, and a few members take several types.
    private static bool MayBe(IReadOnlyList<object> place, JsonValueKind before, string replacement)
    {
        var kind = JsonDocument.Parse(replacement).RootElement.ValueKind;
        if (kind == before || kind is JsonValueKind.Null || (kind, before) is (JsonValueKind.True, JsonValueKind.False) or (JsonValueKind.False, JsonValueKind.True))
            return true;
        return place[^1] switch
        {
            "ttl" or "period" or "refresh_rate" or "cooldown" or "expires_after" => kind is JsonValueKind.Number,
            "value" or "default_value" => true,
            _ => place is [.., "value", int],
        };
    }

    // The error is at the place, below it, or at something above it.
    private static bool Related(IReadOnlyList<object> loc, IReadOnlyList<object> place)
    {
        var shared = Math.Min(loc.Count, place.Count);
        return loc.Take(shared).SequenceEqual(place.Take(shared)) || loc.Take(place.Count - 1).SequenceEqual(place.SkipLast(1));
    }

    private static void Collect(JsonNode node, IReadOnlyList<object> place, List<IReadOnlyList<object>> places)
    {
        if (place.Count > 0)
            places.Add(place);
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
                Collect(value!, [.. place, name], places);
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
                Collect(items[i]!, [.. place, i], places);
        }
    }

    private static string Replace(JsonNode root, IReadOnlyList<object> place, string replacement, out JsonValueKind before)
    {
        const string Marker = "replace-me";
        var parent = root;
        foreach (var step in place.SkipLast(1))
            parent = step is int index ? parent[index]! : parent[(string)step]!;
        before = (place[^1] is int last ? parent[last]! : parent[(string)place[^1]]!).GetValueKind();
        if (place[^1] is int position)
            parent[position] = Marker;
        else
            parent[(string)place[^1]] = Marker;
        // As text: a number like 1e999 has no node.
        return root.ToJsonString().Replace($"\"{Marker}\"", replacement, StringComparison.Ordinal);
    }
}
