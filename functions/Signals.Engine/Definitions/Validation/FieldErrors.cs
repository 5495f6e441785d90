using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Collects what is wrong with a request. Keeps the first <see cref="MaxKept"/> errors and counts the others.</summary>
public sealed class FieldErrors
{
    /// <summary>The most errors that are kept: a hostile body could have one per byte.</summary>
    public const int MaxKept = 100;

    private const int MaxInputLength = 1000;
    private readonly List<FieldError> _kept = [];

    /// <summary>Number of errors, those that were not kept included.</summary>
    public int Count { get; private set; }

    /// <summary>The errors in the order in which they were found.</summary>
    public IReadOnlyList<FieldError> Kept => _kept;

    /// <summary>Adds an error.</summary>
    public void Add(FieldPath path, string type, string message, JsonElement? input = null, params ReadOnlySpan<(string Name, object Value)> context)
    {
        Count++;
        if (_kept.Count == MaxKept)
            return;
        Dictionary<string, object>? ctx = null;
        foreach (var (name, value) in context)
            (ctx ??= []).Add(name, value);
        _kept.Add(new FieldError(path.ToLoc(), message, type) { Input = Short(input), Ctx = ctx });
    }

    /// <summary>Adds an error about the meaning of a value, where its form is right.</summary>
    public void AddValue(FieldPath path, string message) => Add(path, "value_error", $"Value error, {message}");

    private static JsonElement? Short(JsonElement? input) =>
        input is { } element && element.GetRawText().Length <= MaxInputLength ? element.Clone() : null;
}
