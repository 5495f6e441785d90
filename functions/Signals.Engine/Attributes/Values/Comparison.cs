namespace Signals.Engine.Attributes;

/// <summary>How values compare (spec signals-api 14.5), for event criteria and for intervention rules.</summary>
internal static class Comparison
{
    /// <summary>Whether two values are equal: as numbers, booleans, instants or texts, whatever fits both.</summary>
    public static bool AreEqual(in ScalarValue left, in ScalarValue right)
    {
        if (TryNumbers(left, right, out var comparison) || TryTimes(left, right, out comparison))
            return comparison == 0;
        if (TryBooleans(left, right, out var a, out var b))
            return a == b;
        return string.Equals(left.ToString(), right.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Orders two values. False when they have no order (two booleans).</summary>
    public static bool TryCompare(in ScalarValue left, in ScalarValue right, out int comparison)
    {
        if (TryNumbers(left, right, out comparison))
            return true;
        if (TryBooleans(left, right, out _, out _))
            return false;
        if (!TryTimes(left, right, out comparison))
            comparison = string.CompareOrdinal(left.ToString(), right.ToString());
        return true;
    }

    private static bool TryNumbers(in ScalarValue left, in ScalarValue right, out int comparison)
    {
        comparison = 0;
        if (!left.IsNumber && !right.IsNumber)
            return false;
        if (!ValueCoercion.TryNumber(left, out var a) || !ValueCoercion.TryNumber(right, out var b))
            return false;
        comparison = a.Kind == ScalarKind.Double || b.Kind == ScalarKind.Double
            ? a.Number.CompareTo(b.Number)
            : a.Exact.CompareTo(b.Exact);
        return true;
    }

    private static bool TryBooleans(in ScalarValue left, in ScalarValue right, out bool a, out bool b)
    {
        b = false;
        return (left.Kind == ScalarKind.Boolean || right.Kind == ScalarKind.Boolean) & TryBoolean(left, out a) && TryBoolean(right, out b);
    }

    private static bool TryBoolean(in ScalarValue value, out bool boolean)
    {
        boolean = value.Kind == ScalarKind.Boolean ? value.Boolean : value.Kind == ScalarKind.Text && value.Text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return boolean || value.Kind == ScalarKind.Boolean || (value.Kind == ScalarKind.Text && value.Text.Equals("false", StringComparison.OrdinalIgnoreCase));
    }

    private static bool TryTimes(in ScalarValue left, in ScalarValue right, out int comparison)
    {
        comparison = 0;
        if (left.Kind != ScalarKind.Text || right.Kind != ScalarKind.Text
            || !TimestampText.TryParse(left.Text, out var a) || !TimestampText.TryParse(right.Text, out var b))
            return false;
        comparison = a.UtcTicks.CompareTo(b.UtcTicks);
        return true;
    }
}
