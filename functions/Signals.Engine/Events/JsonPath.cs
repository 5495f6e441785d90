namespace Signals.Engine.Events;

/// <summary>
/// A path into JSON data, in the subset of spec signals-api 2.3 and 14.3: member names and <c>[n]</c> indexes, with an
/// optional leading <c>$.</c> or <c>$</c>; no wildcards, filters or quoted brackets.
/// </summary>
public sealed class JsonPath : IEquatable<JsonPath>
{
    private readonly string _canonical;

    private JsonPath(IReadOnlyList<JsonPathStep> steps)
    {
        Steps = steps;
        _canonical = string.Join('.', steps.Select(step => step.Member ?? $"[{step.Index}]"));
    }

    /// <summary>The most steps a path may have.</summary>
    public const int MaxSteps = 32;

    /// <summary>The steps from the root, at least one.</summary>
    public IReadOnlyList<JsonPathStep> Steps { get; }

    /// <summary>Reads a path. False, with the reason, when it is not in the subset.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out JsonPath? path, out string error)
    {
        path = null;
        var rest = text.StartsWith("$.", StringComparison.Ordinal) ? text[2..] : text.StartsWith('$') ? text[1..] : text;
        var steps = new List<JsonPathStep>();
        foreach (var segment in rest.Split('.'))
        {
            var bracket = segment.IndexOf('[');
            var member = bracket < 0 ? segment : segment[..bracket];
            if (member.Length > 0)
                steps.Add(new JsonPathStep(member, -1));
            else if (bracket != 0 || steps.Count > 0)
                return Fail($"Path '{text}' has an empty segment", out error);
            while (bracket >= 0)
            {
                var close = segment.IndexOf(']', bracket);
                if (close < 0 || !int.TryParse(segment.AsSpan(bracket + 1, close - bracket - 1), System.Globalization.NumberStyles.None, null, out var index))
                    return Fail($"Path '{text}' has a bracket that is not an index [n]", out error);
                steps.Add(new JsonPathStep(null, index));
                bracket = close + 1 == segment.Length ? -1 : close + 1;
                if (bracket >= 0 && segment[bracket] != '[')
                    return Fail($"Path '{text}' has text after an index", out error);
            }
        }
        if (steps.Count > MaxSteps)
            return Fail($"Path has {steps.Count} steps, at most {MaxSteps} are allowed", out error);
        path = new JsonPath(steps);
        error = "";
        return true;
    }

    /// <inheritdoc />
    public bool Equals(JsonPath? other) => other is not null && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as JsonPath);

    /// <inheritdoc />
    public override int GetHashCode() => _canonical.GetHashCode(StringComparison.Ordinal);

    /// <summary>The path in one normal spelling.</summary>
    public override string ToString() => _canonical;

    private static bool Fail(string message, out string error)
    {
        error = message;
        return false;
    }
}

/// <summary>One step of a path: either a member name or an array index.</summary>
/// <param name="Member">Name of the member, exact and case-sensitive; null for an index.</param>
/// <param name="Index">Index from 0; -1 for a member.</param>
public readonly record struct JsonPathStep(string? Member, int Index);
