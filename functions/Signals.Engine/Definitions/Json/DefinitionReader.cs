using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>
/// Reads the members of one JSON object. Whatever is wrong is collected with its place, and reading goes on, so that one
/// answer names everything. A null member counts as absent; unknown members are not looked at.
/// </summary>
internal sealed class DefinitionReader
{
    private readonly JsonElement _object;
    private readonly FieldErrors _errors;
    private readonly int _errorsBefore;

    private DefinitionReader(JsonElement element, FieldPath path, FieldErrors errors)
    {
        _object = element;
        _errors = errors;
        _errorsBefore = errors.Count;
        Path = path;
    }

    /// <summary>Where the object stands.</summary>
    public FieldPath Path { get; }

    /// <summary>True when anything in the object, however deep, was wrong so far: what was read is not to be used.</summary>
    public bool Failed => _errors.Count > _errorsBefore;

    /// <summary>Reads an element that must be an object.</summary>
    public static T? Read<T>(JsonElement element, FieldPath path, FieldErrors errors, Func<DefinitionReader, T?> read)
    {
        if (element.ValueKind is JsonValueKind.Object)
            return read(new DefinitionReader(element, path, errors));
        errors.Add(path, "model_type", "Input should be a valid dictionary or object", element);
        return default;
    }

    /// <summary>Whether the member is there and not null.</summary>
    public bool Has(string name) => Find(name, out _);

    /// <summary>The first of several spellings of one member that is there; the first spelling when none is.</summary>
    public string Spelling(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Has(name))
                return name;
        }
        return names[0];
    }

    /// <summary>Adds an error about a member.</summary>
    public void Fail(string name, string type, string message) =>
        _errors.Add(Path.At(name), type, message, Find(name, out var element) ? element : null);

    /// <summary>Adds an error about every member that is none of these.</summary>
    public void RefuseOthers(params ReadOnlySpan<string> known)
    {
        foreach (var member in _object.EnumerateObject())
            if (!known.Contains(member.Name))
                Fail(member.Name, "extra_forbidden", "Extra inputs are not permitted");
    }

    /// <summary>Adds an error about the object itself.</summary>
    public void FailHere(string type, string message) => _errors.Add(Path, type, message, _object);

    public string? Text(string name, TextRule rule)
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is not JsonValueKind.String)
            return Wrong<string>(name, "string_type", "Input should be a valid string", element);
        var text = element.GetString()!;
        return rule.Check(text, Path.At(name), _errors, element) ? text : null;
    }

    public string RequiredText(string name, TextRule rule)
    {
        Require(name);
        return Text(name, rule) ?? "";
    }

    public int? Integer(string name, int min, int max = int.MaxValue)
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is not JsonValueKind.Number)
            return Wrong<int?>(name, "int_type", "Input should be a valid integer", element);
        var range = IntegerRange(element, min, max, out var value);
        switch (range)
        {
            case < 0:
                _errors.Add(Path.At(name), "greater_than_equal", $"Input should be greater than or equal to {min}", element, ("ge", min));
                return null;
            case > 0:
                _errors.Add(Path.At(name), "less_than_equal", $"Input should be less than or equal to {max}", element, ("le", max));
                return null;
            case null:
                return Wrong<int?>(name, "int_from_float", "Input should be a valid integer, got a number with a fractional part", element);
            default:
                return value;
        }
    }

    public int RequiredInteger(string name, int min, int max = int.MaxValue)
    {
        Require(name);
        return Integer(name, min, max) ?? min;
    }

    public double? Number(string name, int min, int max)
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is not JsonValueKind.Number)
            return Wrong<double?>(name, "float_type", "Input should be a valid number", element);
        var value = element.GetDouble();
        if (value < min)
            _errors.Add(Path.At(name), "greater_than_equal", $"Input should be greater than or equal to {min}", element, ("ge", min));
        if (value > max)
            _errors.Add(Path.At(name), "less_than_equal", $"Input should be less than or equal to {max}", element, ("le", max));
        return value;
    }

    public bool? Boolean(string name)
    {
        if (!Find(name, out var element))
            return null;
        return element.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? element.GetBoolean()
            : Wrong<bool?>(name, "bool_type", "Input should be a valid boolean", element);
    }

    /// <summary>An ISO 8601 duration or a number of seconds, longer than zero.</summary>
    public TimeSpan? Duration(string name)
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is not (JsonValueKind.String or JsonValueKind.Number))
            return Wrong<TimeSpan?>(name, "time_delta_type", "Input should be a valid timedelta", element);
        var valid = element.ValueKind is JsonValueKind.String
            ? IsoDuration.TryParse(element.GetString()!, out var duration)
            : element.TryGetDecimal(out var seconds) & IsoDuration.TryFromSeconds(seconds, out duration);
        if (!valid)
            return Wrong<TimeSpan?>(name, "time_delta_parsing",
                $"Input should be an ISO 8601 duration or a number of seconds, at most {IsoDuration.Format(IsoDuration.Max)}", element);
        return duration > TimeSpan.Zero ? duration : Wrong<TimeSpan?>(name, "greater_than", "Input should be greater than PT0S", element);
    }

    public TimeSpan RequiredDuration(string name)
    {
        Require(name);
        return Duration(name) ?? default;
    }

    public DateTimeOffset? DateTime(string name)
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is not JsonValueKind.String)
            return Wrong<DateTimeOffset?>(name, "datetime_type", "Input should be a valid datetime", element);
        return IsoDateTime.TryParse(element.GetString()!, out var value)
            ? value
            : Wrong<DateTimeOffset?>(name, "datetime_parsing", "Input should be an RFC 3339 date-time", element);
    }

    public T? Choice<T>(string name, WireNames<T> names)
        where T : struct, Enum
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is JsonValueKind.String && names.TryParse(element.GetString()!, out var value))
            return value;
        _errors.Add(Path.At(name), "enum", $"Input should be {names.Listed}", element, ("expected", names.Listed));
        return null;
    }

    public T RequiredChoice<T>(string name, WireNames<T> names)
        where T : struct, Enum
    {
        Require(name);
        return Choice(name, names) ?? default;
    }

    /// <summary>Any value as it stands, to be judged by what it belongs to.</summary>
    public JsonElement? Value(string name) => Find(name, out var element) ? element.Clone() : null;

    public T? Object<T>(string name, Func<DefinitionReader, T?> read) =>
        Find(name, out var element) ? Read(element, Path.At(name), _errors, read) : default;

    public T? RequiredObject<T>(string name, Func<DefinitionReader, T?> read)
    {
        Require(name);
        return Object(name, read);
    }

    /// <summary>A list of objects with a bounded number of items; null when absent.</summary>
    public IReadOnlyList<T>? List<T>(string name, int min, int max, Func<DefinitionReader, T?> read)
    {
        if (FindList(name, min, max) is not { } element)
            return null;
        var items = new List<T>();
        foreach (var item in element.EnumerateArray())
        {
            if (Read(item, Path.At(name).At(items.Count), _errors, read) is { } value)
                items.Add(value);
            else
                items.Add(default!); // Keeps the positions; a reader that failed is never used.
        }
        return items;
    }

    /// <summary>A list of texts with a bounded number of items; null when absent.</summary>
    public IReadOnlyList<string>? Texts(string name, int min, int max, TextRule rule)
    {
        if (FindList(name, min, max) is not { } element)
            return null;
        var items = new List<string>();
        foreach (var item in element.EnumerateArray())
        {
            var path = Path.At(name).At(items.Count);
            var isText = item.ValueKind is JsonValueKind.String;
            if (!isText)
                _errors.Add(path, "string_type", "Input should be a valid string", item);
            items.Add(isText && rule.Check(item.GetString()!, path, _errors, item) ? item.GetString()! : "");
        }
        return items;
    }

    public IReadOnlyList<T> RequiredList<T>(string name, int min, int max, Func<DefinitionReader, T?> read)
    {
        Require(name);
        return List(name, min, max, read) ?? [];
    }

    private JsonElement? FindList(string name, int min, int max)
    {
        if (!Find(name, out var element))
            return null;
        if (element.ValueKind is not JsonValueKind.Array)
            return Wrong<JsonElement?>(name, "list_type", "Input should be a valid list", element);
        var count = element.GetArrayLength();
        if (count >= min && count <= max)
            return element;
        var (type, words, limit, bound) = count < min ? ("too_short", "at least", "min_length", min) : ("too_long", "at most", "max_length", max);
        _errors.Add(Path.At(name), type, $"List should have {words} {bound} item{(bound == 1 ? "" : "s")}, not {count}", null,
            (limit, bound), ("actual_length", count));
        return null;
    }

    private void Require(string name)
    {
        if (!Has(name))
            _errors.Add(Path.At(name), "missing", "Field required", _object);
    }

    private bool Find(string name, [NotNullWhen(true)] out JsonElement element) =>
        _object.TryGetProperty(name, out element) && element.ValueKind is not JsonValueKind.Null;

    private T? Wrong<T>(string name, string type, string message, JsonElement input)
    {
        _errors.Add(Path.At(name), type, message, input);
        return default;
    }

    // Negative: too small; positive: too large; null: not an integer.
    private static int? IntegerRange(JsonElement element, int min, int max, out int value)
    {
        value = 0;
        if (!element.TryGetDecimal(out var number))
            return element.GetRawText().StartsWith('-') ? -1 : 1;
        if (decimal.Truncate(number) != number)
            return null;
        if (number < min)
            return -1;
        if (number > max)
            return 1;
        value = (int)number;
        return 0;
    }
}
