using System.Text.Json;
using System.Text.RegularExpressions;

namespace Signals.Engine.Definitions;

/// <summary>What a text must look like: its length in UTF-16 code units and a pattern.</summary>
public sealed class TextRule
{
    private readonly string _pattern;
    private readonly Regex _regex;

    /// <param name="min">Shortest length.</param>
    /// <param name="max">Longest length.</param>
    /// <param name="pattern">The pattern as error messages show it.</param>
    /// <param name="regex">The pattern as it is checked: anchored to the very end, where <c>$</c> lets a line end pass.</param>
    internal TextRule(int min, int max, string pattern, Regex regex)
    {
        Min = min;
        Max = max;
        _pattern = pattern;
        _regex = regex;
    }

    /// <summary>Shortest length.</summary>
    public int Min { get; }

    /// <summary>Longest length.</summary>
    public int Max { get; }

    /// <summary>Checks a text; adds what is wrong and returns false.</summary>
    public bool Check(string text, FieldPath path, FieldErrors errors, JsonElement? input = null)
    {
        if (text.Length < Min)
        {
            errors.Add(path, "string_too_short", $"String should have at least {Characters(Min)}", input, ("min_length", Min));
            return false;
        }
        if (text.Length > Max)
        {
            errors.Add(path, "string_too_long", $"String should have at most {Characters(Max)}", input, ("max_length", Max));
            return false;
        }
        if (!_regex.IsMatch(text))
        {
            errors.Add(path, "string_pattern_mismatch", $"String should match pattern '{_pattern}'", input, ("pattern", _pattern));
            return false;
        }
        return true;
    }

    private static string Characters(int count) => count == 1 ? "1 character" : $"{count} characters";
}

/// <summary>The rules of spec signals-api 2.1 to 2.4, 2.6 and 4.4. Lengths that the spec leaves open have generous bounds.</summary>
public static partial class TextRules
{
    /// <summary>Names of keys, groups, services, attributes, fields and batch sources.</summary>
    public static TextRule ObjectName { get; } = new(1, 128, "^[A-Za-z0-9_]+$", WordRegex());

    /// <summary>Descriptions.</summary>
    public static TextRule Description { get; } = new(0, 10_000, @"^[^\x00]*$", NoNulRegex());

    /// <summary>Owners.</summary>
    public static TextRule Owner { get; } = new(0, 255, @"^[^\x00]*$", NoNulRegex());

    /// <summary>The warehouse column of an attribute key.</summary>
    public static TextRule ExternalColumn { get; } = new(1, 128, @"^[^\x00]*$", NoNulRegex());

    /// <summary>Names of events and entities.</summary>
    public static TextRule SchemaName { get; } = new(1, 128, "^[a-zA-Z0-9-_]+$", SchemaNameRegex());

    /// <summary>Vendors in event filters.</summary>
    public static TextRule FilterVendor { get; } = new(1, 128, "^[a-zA-Z0-9-_.]+$", VendorRegex());

    /// <summary>Vendors in properties.</summary>
    public static TextRule PropertyVendor { get; } = new(1, 255, @"^[^\x00]*$", NoNulRegex());

    /// <summary>Schema versions.</summary>
    public static TextRule SchemaVersion { get; } = new(1, 64, "^[0-9]+-[0-9]+-[0-9]+$", SchemaVersionRegex());

    /// <summary>Ids of event specifications.</summary>
    public static TextRule EventSpecificationId { get; } = new(1, 255, @"^[^\x00]*$", NoNulRegex());

    /// <summary>Paths in properties; the rest of their grammar is that of <see cref="Events.JsonPath"/>.</summary>
    public static TextRule Path { get; } = new(1, 1024, """^(?!\$$)(?!.*\[['"]).+$""", PathRegex());

    /// <summary>Separators of calculated properties.</summary>
    public static TextRule Separator { get; } = new(0, 64, @"^[^\x00]*$", NoNulRegex());

    /// <summary>Attributes in the criteria of interventions: group and attribute, without a version.</summary>
    public static TextRule AttributeReference { get; } = new(3, 257, "^[A-Za-z0-9_]{1,128}:[A-Za-z0-9_]{1,128}$", AttributeReferenceRegex());

    /// <summary>Databases of batch sources.</summary>
    public static TextRule Database { get; } = new(1, 255, "^[A-Za-z0-9_-]+$", DatabaseRegex());

    /// <summary>Schemas, tables and columns of batch sources.</summary>
    public static TextRule WarehouseName { get; } = new(1, 255, "^[A-Za-z0-9_]+$", WordRegex());

    /// <summary>Names of identifier types (spec identities, 3.1).</summary>
    public static TextRule IdentifierName { get; } = new(1, 64, "^[A-Za-z_][A-Za-z0-9_]{0,63}$", IdentifierNameRegex());

    /// <summary>Values of identifiers and of filters on events, in configurations.</summary>
    public static TextRule PropertyValue { get; } = new(1, 1000, @"^[^\x00]*$", NoNulRegex());

    /// <summary>Keys of the derivation of ids.</summary>
    public static TextRule Secret { get; } = new(16, 256, "^[!-~]+$", VisibleRegex());

    [GeneratedRegex(@"^[A-Za-z0-9_]+\z")]
    private static partial Regex WordRegex();

    [GeneratedRegex(@"^[^\x00]*\z")]
    private static partial Regex NoNulRegex();

    [GeneratedRegex(@"^[a-zA-Z0-9_-]+\z")]
    private static partial Regex SchemaNameRegex();

    [GeneratedRegex(@"^[a-zA-Z0-9_.-]+\z")]
    private static partial Regex VendorRegex();

    [GeneratedRegex(@"^[0-9]+-[0-9]+-[0-9]+\z")]
    private static partial Regex SchemaVersionRegex();

    [GeneratedRegex("""^(?!\$\z)(?!.*\[['"]).+\z""")]
    private static partial Regex PathRegex();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,63}\z")]
    private static partial Regex IdentifierNameRegex();

    [GeneratedRegex(@"^[!-~]+\z")]
    private static partial Regex VisibleRegex();

    [GeneratedRegex(@"^[A-Za-z0-9_-]+\z")]
    private static partial Regex DatabaseRegex();

    [GeneratedRegex(@"^[A-Za-z0-9_]{1,128}:[A-Za-z0-9_]{1,128}\z")]
    private static partial Regex AttributeReferenceRegex();
}
