using Signals.Engine.Definitions;

namespace Signals.Engine.Attributes;

/// <summary>Calculated properties (spec signals-api 14.3.1). Missing members are skipped; without any the result is missing.</summary>
internal static class Calculation
{
    private const int MaxTextLength = 65_536;

    public static ScalarValue Of(CalculatedOperation operation, string separator, List<ScalarValue> present)
    {
        if (present.Count == 0)
            return default;
        return operation switch
        {
            CalculatedOperation.Coalesce => present[0],
            CalculatedOperation.Concat => Concat(separator, present),
            _ => OfNumbers(operation, present),
        };
    }

    private static ScalarValue Concat(string separator, List<ScalarValue> present)
    {
        var text = string.Join(separator, present.Select(value => value.ToString()));
        return text.Length <= MaxTextLength ? ScalarValue.Of(text) : default;
    }

    private static ScalarValue OfNumbers(CalculatedOperation operation, List<ScalarValue> present)
    {
        ScalarValue? result = null;
        foreach (var value in present)
            if (ValueCoercion.TryNumber(value, out var number))
                result = result is not { } known ? number : known.IsMissing ? known : Combine(operation, known, number);
        return result ?? default;
    }

    private static ScalarValue Combine(CalculatedOperation operation, in ScalarValue left, in ScalarValue right)
    {
        if (operation is CalculatedOperation.Min or CalculatedOperation.Max)
        {
            _ = Comparison.TryCompare(left, right, out var comparison);
            return comparison < 0 == (operation == CalculatedOperation.Min) ? left : right;
        }
        var exact = left.Kind != ScalarKind.Double && right.Kind != ScalarKind.Double
            && Math.Abs(left.Number) < 1e13 && Math.Abs(right.Number) < 1e13;
        if (operation == CalculatedOperation.Sum)
            return exact ? ScalarValue.Of(left.Exact + right.Exact) : ScalarValue.Of(left.Number + right.Number);
        // A decimal cannot hold a tiny product.
        var product = left.Number * right.Number;
        return exact && (product == 0 || Math.Abs(product) >= 1e-12) ? ScalarValue.Of(left.Exact * right.Exact) : ScalarValue.Of(product);
    }
}
