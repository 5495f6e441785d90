using System.Globalization;
using System.Text.RegularExpressions;
using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Attributes;

/// <summary>Spec signals-api 14.3 to 14.6 on plain values, written to be read and not to be fast.</summary>
internal static partial class OracleValues
{
    /// <summary>14.3: the value of a property in an event.</summary>
    public static object? Find(PropertyDefinition property, OracleEvent e)
    {
        var value = property switch
        {
            AtomicProperty atomic => Column(atomic.Name, e),
            EventProperty p => e.Payload is not null && e.Vendor == p.Vendor && e.Name == p.Name && Major(e.Version) == p.MajorVersion ? Walk(e.Payload, p.Path) : null,
            EntityProperty p => e.Entities.OrderBy(entity => entity.Derived)
                .Where(entity => entity.Vendor == p.Vendor && entity.Name == p.Name && Major(entity.Version) == p.MajorVersion)
                .Skip(p.Index).Take(1).Select(entity => Walk(entity.Data, p.Path)).FirstOrDefault(),
            CalculatedProperty p => Calculate(p, e),
            _ => throw new ArgumentException("unknown property", nameof(property)),
        };
        return value is object?[] elements && property is not CalculatedProperty
            ? elements.Select(element => property.DatePart is { } part ? PartOf(element, part) : element).ToArray()
            : property.DatePart is { } datePart ? PartOf(value, datePart) : value;
    }

    /// <summary>14.4.</summary>
    public static bool Holds(EventCriteria? criteria, OracleEvent e) =>
        criteria is null
        || ((criteria.All ?? []).All(criterion => Holds(criterion, e)) && (criteria.Any is not { Count: > 0 } any || any.Any(criterion => Holds(criterion, e))));

    /// <summary>14.6; null when it cannot be coerced.</summary>
    public static object? Coerce(object? value, AttributeType type)
    {
        switch (type)
        {
            case AttributeType.String:
                return value is object?[]? null : value is Dictionary<string, object?> ? OracleEvent.ToJson(value) : TextOf(value);
            case AttributeType.Bytes:
                return value is Dictionary<string, object?> or object?[] or null ? null : new OracleBytes(TextOf(value)!);
            case AttributeType.Int32:
                return Truncate(value, int.MinValue, int.MaxValue);
            case AttributeType.Int64:
                return Truncate(value, long.MinValue, long.MaxValue);
            case AttributeType.Double:
                return NumberOf(value) is { } number ? Real(number) : null;
            case AttributeType.Float:
                return NumberOf(value) is { } single && float.IsFinite((float)Real(single)) ? (float)Real(single) : null;
            case AttributeType.Bool:
                return value switch
                {
                    bool flag => flag,
                    decimal or double => Real(value) != 0,
                    "1" => true,
                    "0" => false,
                    string text when bool.TryParse(text, out var flag) => flag,
                    _ => null,
                };
            case AttributeType.UnixTimestamp:
                return Milliseconds(value) is { } ms ? (long)Math.Floor(ms / 1000m) : null;
            case AttributeType.Timestamp:
                return Milliseconds(value) is { } milliseconds
                    ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)
                    : null;
            case AttributeType.Dict:
                return value as Dictionary<string, object?>;
            default:
                throw new ArgumentException("a list type", nameof(type));
        }
    }

    /// <summary>A number, or a text that reads as one: as decimal, or as double beyond 18 digits before the point.</summary>
    public static object? NumberOf(object? value)
    {
        if (value is decimal or double)
            return value;
        if (value is not string text || !NumberPattern().IsMatch(text))
            return null;
        var real = double.Parse(text, CultureInfo.InvariantCulture);
        return Math.Abs(real) < 1e18 ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : real;
    }

    public static double Real(object number) => number is double real ? real : double.Parse(TextOf(number)!, CultureInfo.InvariantCulture);

    /// <summary>A scalar as text.</summary>
    public static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        decimal number => number.ToString("0.############################", CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Dictionary<string, object?> members => OracleEvent.ToJson(members),
        OracleBytes bytes => bytes.Text,
        _ => throw new ArgumentException($"{value.GetType()} is no scalar", nameof(value)),
    };

    private static object? Column(string name, OracleEvent e) => name switch
    {
        "derived_tstamp" => Iso(e.Time),
        "collector_tstamp" => Iso(e.CollectedAt),
        "event_name" => e.Name,
        "app_id" => "shop",
        _ => e.Columns.GetValueOrDefault(name),
    };

    private static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static int Major(string version) => int.Parse(version.Split('-')[0], CultureInfo.InvariantCulture);

    private static object? Walk(object? data, string path)
    {
        foreach (Match step in StepPattern().Matches(path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path))
            data = step.Groups["index"].Success
                ? data is object?[] elements ? elements.ElementAtOrDefault(int.Parse(step.Groups["index"].Value, CultureInfo.InvariantCulture)) : null
                : (data as Dictionary<string, object?>)?.GetValueOrDefault(step.Groups["member"].Value);
        return data;
    }

    private static object? Calculate(CalculatedProperty property, OracleEvent e)
    {
        var present = property.Properties.Select(member => Find(member, e)).Where(member => member is not null and not object?[]).ToList();
        var numbers = present.Select(NumberOf).OfType<object>().ToList();
        return property.Operation switch
        {
            _ when present.Count == 0 => null,
            CalculatedOperation.Concat => string.Join(property.Separator, present.Select(TextOf)),
            CalculatedOperation.Coalesce => present[0],
            _ when numbers.Count == 0 => null,
            CalculatedOperation.Min => numbers.MinBy(Real),
            CalculatedOperation.Max => numbers.MaxBy(Real),
            CalculatedOperation.Sum => numbers.TrueForAll(number => number is decimal) ? numbers.Sum(number => (decimal)number) : numbers.Sum(Real),
            _ => numbers.Aggregate(Multiply),
        };
    }

    /// <summary>Exact as long as a decimal holds the product.</summary>
    private static object Multiply(object a, object b) =>
        a is decimal x && b is decimal y && Math.Abs(x) < 1e13m && Math.Abs(y) < 1e13m ? x * y : Real(a) * Real(b);

    private static object? PartOf(object? value, DatePart part)
    {
        if (TimeOf(value) is not { } time)
            return null;
        var day = time.Date;
        var weekday = day.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)day.DayOfWeek;
        return part switch
        {
            DatePart.HourOfDay => (decimal)time.Hour,
            DatePart.DayOfWeek => (decimal)weekday,
            DatePart.MonthOfYear => (decimal)time.Month,
            DatePart.ActiveDay => $"{day:yyyy-MM-dd}",
            DatePart.ActiveWeek => $"{day.AddDays(1 - weekday):yyyy-MM-dd}",
            _ => $"{day:yyyy-MM}-01",
        };
    }

    private static bool Holds(EventCriterion criterion, OracleEvent e)
    {
        var p = Find(criterion.Property, e);
        var operands = criterion.Value is not { } json ? [] : json.ValueKind == System.Text.Json.JsonValueKind.Array
            ? json.EnumerateArray().Select(Operand).ToList()
            : [Operand(json)];
        return (criterion.Operator, p) switch
        {
            (EventOperator.IsNull, _) => p is null,
            (EventOperator.IsNotNull, _) => p is not null,
            (EventOperator.NotEqual, null) => true,
            (_, null) => false,
            (EventOperator.NotEqual, object?[] elements) => !elements.OfType<object>().Where(IsScalar).Any(element => AreEqual(element, operands[0])),
            (EventOperator.Equal or EventOperator.Like or EventOperator.In, object?[] elements) =>
                elements.OfType<object>().Where(IsScalar).Any(element => Holds(criterion.Operator, element, operands)),
            (_, object?[]) => false,
            _ => Holds(criterion.Operator, p, operands),
        };
    }

    private static bool IsScalar(object value) => value is string or bool or decimal or double;

    private static object Operand(System.Text.Json.JsonElement json) => json.ValueKind switch
    {
        System.Text.Json.JsonValueKind.String => json.GetString()!,
        System.Text.Json.JsonValueKind.Number => NumberOf(json.GetRawText())!,
        _ => json.GetBoolean(),
    };

    private static bool Holds(EventOperator op, object p, List<object> operands) => op switch
    {
        EventOperator.Equal => AreEqual(p, operands[0]),
        EventOperator.NotEqual => !AreEqual(p, operands[0]),
        EventOperator.In => operands.Exists(operand => AreEqual(p, operand)),
        EventOperator.Like => Regex.IsMatch(TextOf(p)!, $"^{Regex.Escape((string)operands[0]).Replace("%", "[\\s\\S]*", StringComparison.Ordinal).Replace("_", "[\\s\\S]", StringComparison.Ordinal)}\\z"),
        EventOperator.Less => Order(p, operands[0]) < 0,
        EventOperator.LessOrEqual => Order(p, operands[0]) <= 0,
        EventOperator.Greater => Order(p, operands[0]) > 0,
        _ => Order(p, operands[0]) >= 0,
    };

    /// <summary>14.5.</summary>
    private static bool AreEqual(object a, object b) =>
        a is bool || b is bool
            ? string.Equals(TextOf(a), TextOf(b), a is bool != b is bool ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)
            : Order(a, b) == 0;

    /// <summary>14.5; null when there is no order.</summary>
    private static int? Order(object a, object b)
    {
        if (a is decimal or double || b is decimal or double)
            if (NumberOf(a) is { } left && NumberOf(b) is { } right)
                return left is decimal x && right is decimal y ? x.CompareTo(y) : Real(left).CompareTo(Real(right));
        if ((a is bool && (b is bool || bool.TryParse(b as string, out _))) || (b is bool && bool.TryParse(a as string, out _)))
            return null;
        if (a is string && b is string && TimeOf(a) is { } earlier && TimeOf(b) is { } later)
            return earlier.CompareTo(later);
        return string.CompareOrdinal(TextOf(a), TextOf(b));
    }

    private static object? Truncate(object? value, long min, long max) => NumberOf(value) switch
    {
        decimal number => (long)Math.Clamp(Math.Truncate(number), min, max),
        double number => number >= max ? max : number <= min ? min : (long)number,
        _ => null,
    };

    private static long? Milliseconds(object? value)
    {
        if (TimeOf(value) is { } time)
            return time.ToUnixTimeMilliseconds();
        if (NumberOf(value) is not { } any || Math.Abs(Real(any)) > 1e18)
            return null;
        var number = any as decimal? ?? (decimal)Real(any);
        var milliseconds = Math.Truncate(Math.Abs(number) >= 100_000_000_000 ? number : number * 1000);
        return milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999 ? (long)milliseconds : null;
    }

    private static DateTimeOffset? TimeOf(object? value) =>
        value is string text && DatePattern().IsMatch(text)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    [GeneratedRegex(@"^-?\d+(\.\d+)?([eE][+-]?\d+)?$")]
    private static partial Regex NumberPattern();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)?)?$")]
    private static partial Regex DatePattern();

    [GeneratedRegex(@"\[(?<index>\d+)\]|(?<member>[^.\[]+)")]
    private static partial Regex StepPattern();
}

/// <summary>A value of type bytes: a text that is shown in base64.</summary>
internal sealed record OracleBytes(string Text);
