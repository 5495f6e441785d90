using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>Why a member of a request was refused, in the shape that SDKs show to their users (spec signals-api 1.6).</summary>
/// <param name="Loc">Where: strings (member names, first of all <c>body</c>) and integers (positions in lists).</param>
/// <param name="Msg">What is wrong, in words.</param>
/// <param name="Type">What is wrong, as a stable name such as <c>missing</c>, <c>string_type</c> or <c>value_error</c>.</param>
public sealed record FieldError(IReadOnlyList<object> Loc, string Msg, string Type)
{
    /// <summary>What was sent; null when that says nothing or is long.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Limits that were violated, such as <c>max_length</c>: strings and integers by name; null when there are none.</summary>
    public IReadOnlyDictionary<string, object>? Ctx { get; init; }
}

/// <summary>A place in a request, built from the outside in.</summary>
public sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly object _step;

    private FieldPath(FieldPath? parent, object step)
    {
        _parent = parent;
        _step = step;
    }

    /// <summary>The body of a request.</summary>
    public static FieldPath Body { get; } = new(null, "body");

    /// <summary>A parameter in the path of a request.</summary>
    public static FieldPath PathParameter(string name) => new(new(null, "path"), name);

    /// <summary>A parameter in the query of a request.</summary>
    public static FieldPath QueryParameter(string name) => new(new(null, "query"), name);

    /// <summary>A member of the object at this place.</summary>
    public FieldPath At(string member) => new(this, member);

    /// <summary>An item of the list at this place.</summary>
    public FieldPath At(int index) => new(this, index);

    /// <summary>The steps from the outermost one.</summary>
    public IReadOnlyList<object> ToLoc()
    {
        var steps = new List<object>();
        for (var path = this; path is not null; path = path._parent)
            steps.Add(path._step);
        steps.Reverse();
        return steps;
    }
}
