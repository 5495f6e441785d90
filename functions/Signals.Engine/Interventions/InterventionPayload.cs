using Signals.Engine.Attributes;

namespace Signals.Engine.Interventions;

/// <summary>The attributes that go along with an intervention: strings that hold JSON text (spec signals-api 11.2, D2, D3, D15).</summary>
internal static class InterventionPayload
{
    /// <summary>Names and values, without those that have none. Of several columns with one name the first counts.</summary>
    public static IReadOnlyDictionary<string, string> Of(
        IReadOnlyList<AttributeReference> columns, AttributeValue[] values, InterventionOptions options)
    {
        var payload = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < values.Length; i++)
        {
            var column = columns[i].Column;
            var name = options.PayloadNamesQualified ? $"{column.Group.Name}:{column.Name}" : column.Name;
            if (!values[i].IsMissing)
                payload.TryAdd(name, TextOf(values[i], options));
        }
        return payload;
    }

    private static string TextOf(AttributeValue value, InterventionOptions options) =>
        options.PayloadStringsRaw && value.ToComparable() is { Kind: ScalarKind.Text } text ? text.Text : value.ToJson();
}
