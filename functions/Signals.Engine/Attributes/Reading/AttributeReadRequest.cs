namespace Signals.Engine.Attributes;

/// <summary>A request for attribute values (spec signals-api 8.1): either a service or a list of attributes.</summary>
/// <param name="Service">Name of a service; null when attributes are listed.</param>
/// <param name="Attributes">Names in the form <c>group_v1:attribute</c>, or bare attribute names; null when a service is named.</param>
/// <param name="AttributeKeys">Per attribute key its identifiers, 1 to 100, all lists of the same length.</param>
/// <param name="FullAttributeNames">Whether columns are named <c>group_v1__attribute</c> instead of <c>attribute</c>.</param>
public sealed record AttributeReadRequest(
    string? Service,
    IReadOnlyList<string>? Attributes,
    IReadOnlyDictionary<string, IReadOnlyList<string>> AttributeKeys,
    bool FullAttributeNames);

/// <summary>One column of an answer: a value per identifier, in the order of the request.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Values">The values.</param>
public sealed record AttributeColumn(string Name, IReadOnlyList<AttributeValue> Values);

/// <summary>The answer: columns, or why there are none.</summary>
/// <param name="Error">What is wrong with the request; null when it was answered.</param>
/// <param name="Keys">The identifiers as they were asked for, per key column, which come first.</param>
/// <param name="Columns">The attribute columns, in the order of the request.</param>
public sealed record AttributeReadResult(
    string? Error, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Keys, IReadOnlyList<AttributeColumn> Columns)
{
    internal static AttributeReadResult Refused(string error) => new(error, [], []);
}
