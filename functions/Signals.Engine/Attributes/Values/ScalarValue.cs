using System.Globalization;
using System.Runtime.CompilerServices;

namespace Signals.Engine.Attributes;

/// <summary>What a <see cref="ScalarValue"/> holds. The numbers are stored; never renumber.</summary>
public enum ScalarKind : byte
{
    /// <summary>No value.</summary>
    Missing = 0,

    /// <summary>True or false.</summary>
    Boolean = 1,

    /// <summary>A 64-bit integer.</summary>
    Integer = 2,

    /// <summary>A decimal number: exact, so that sums do not depend on the order of events.</summary>
    Decimal = 3,

    /// <summary>A double, finite.</summary>
    Double = 4,

    /// <summary>Text.</summary>
    Text = 5,

    /// <summary>The JSON text of an object.</summary>
    Json = 6,
}

/// <summary>One scalar as it is observed, compared and stored.</summary>
public readonly struct ScalarValue : IEquatable<ScalarValue>
{
    private readonly decimal _number;
    private readonly double _double;
    private readonly string? _text;

    private ScalarValue(ScalarKind kind, decimal number, double real, string? text)
    {
        Kind = kind;
        _number = number;
        _double = real;
        _text = text;
    }

    /// <summary>What it holds.</summary>
    public ScalarKind Kind { get; }

    /// <summary>No value.</summary>
    public static ScalarValue Missing => default;

    /// <summary>Makes a boolean.</summary>
    public static ScalarValue Of(bool value) => new(ScalarKind.Boolean, value ? 1 : 0, 0, null);

    /// <summary>Makes an integer.</summary>
    public static ScalarValue Of(long value) => new(ScalarKind.Integer, value, 0, null);

    /// <summary>Makes a decimal; a whole one within the range of 64 bits becomes an integer, so that equal numbers are equal values.</summary>
    public static ScalarValue Of(decimal value) =>
        value >= long.MinValue && value <= long.MaxValue && decimal.Truncate(value) == value
            ? Of((long)value)
            : new(ScalarKind.Decimal, value, 0, null);

    /// <summary>Makes a double; NaN and the infinities are missing.</summary>
    public static ScalarValue Of(double value) =>
        double.IsFinite(value) ? new(ScalarKind.Double, 0, value == 0 ? 0 : value, null) : Missing;

    /// <summary>Makes a text.</summary>
    public static ScalarValue Of(string value) => new(ScalarKind.Text, 0, 0, value);

    /// <summary>Makes a value that is the JSON text of an object.</summary>
    public static ScalarValue OfJson(string json) => new(ScalarKind.Json, 0, 0, json);

    /// <summary>Whether there is no value.</summary>
    public bool IsMissing => Kind == ScalarKind.Missing;

    /// <summary>Whether it is a number of any kind.</summary>
    public bool IsNumber => Kind is ScalarKind.Integer or ScalarKind.Decimal or ScalarKind.Double;

    /// <summary>The boolean.</summary>
    public bool Boolean => Kind == ScalarKind.Boolean ? _number != 0 : throw Wrong(ScalarKind.Boolean);

    /// <summary>The integer.</summary>
    public long Integer => Kind == ScalarKind.Integer ? (long)_number : throw Wrong(ScalarKind.Integer);

    /// <summary>The exact number of an integer or decimal.</summary>
    public decimal Exact => Kind is ScalarKind.Integer or ScalarKind.Decimal ? _number : throw Wrong(ScalarKind.Decimal);

    /// <summary>Any number as a double.</summary>
    public double Number => Kind switch
    {
        ScalarKind.Double => _double,
        ScalarKind.Integer => (double)_number,
        ScalarKind.Decimal => ToDouble(_number),
        _ => throw Wrong(ScalarKind.Double),
    };

    /// <summary>The text, or the JSON text of an object.</summary>
    public string Text => _text ?? throw Wrong(ScalarKind.Text);

    /// <summary>The value rendered as text: numbers invariant and shortest round-trip, booleans <c>true</c>/<c>false</c>; empty when missing.</summary>
    public override string ToString() => Kind switch
    {
        ScalarKind.Boolean => _number != 0 ? "true" : "false",
        ScalarKind.Integer or ScalarKind.Decimal => (_number / 1.000000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        ScalarKind.Double => _double.ToString("R", CultureInfo.InvariantCulture),
        ScalarKind.Text or ScalarKind.Json => _text!,
        _ => "",
    };

    /// <inheritdoc />
    public bool Equals(ScalarValue other) =>
        Kind == other.Kind && _number == other._number && _double.Equals(other._double) && string.Equals(_text, other._text, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is ScalarValue other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Kind, _number, _double, _text);

    /// <summary>The nearest double. The cast rounds twice when the digits do not fit into a double.</summary>
    private static double ToDouble(decimal number)
    {
        const int maxScaleWithExactPower = 22;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        if (bits[2] == 0 && (uint)bits[1] < 1 << 21 && number.Scale <= maxScaleWithExactPower)
            return (double)number;
        Span<char> text = stackalloc char[40];
        _ = number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        return double.Parse(text[..length], CultureInfo.InvariantCulture);
    }

    private InvalidOperationException Wrong(ScalarKind wanted, [CallerMemberName] string member = "") =>
        new($"{member} asks for a value of kind {wanted}, but this one is {Kind}.");
}
