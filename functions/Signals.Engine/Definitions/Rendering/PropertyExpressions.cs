using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Definitions;

/// <summary>Ways to write a property as one text (spec signals-api 4.7).</summary>
public enum PropertySyntax
{
    /// <summary><c>contexts_com_acme_product_1[0]:listPrice</c></summary>
    Snowflake,

    /// <summary><c>contexts_com_acme_product_1[safe_offset(0)].list_price</c></summary>
    BigQuery,

    /// <summary><c>contexts_com_acme_product_1[0].list_price</c></summary>
    Databricks,

    /// <summary><c>contexts_com_acme_product_1.0.listPrice</c>, the stream engine's own form.</summary>
    Blobl,
}

/// <summary>
/// Writes properties as texts. Those that the specification gives no form for, calculated ones and date parts, are written
/// like calls: <c>concat(a, b)</c>, <c>hour_of_day(a)</c>.
/// </summary>
public static class PropertyExpressions
{
    /// <summary>Names of the syntaxes on the wire.</summary>
    public static WireNames<PropertySyntax> Syntaxes { get; } = new(
        (PropertySyntax.Snowflake, "snowflake"),
        (PropertySyntax.BigQuery, "bigquery"),
        (PropertySyntax.Databricks, "databricks"),
        (PropertySyntax.Blobl, "blobl"));

    /// <summary>Writes a property.</summary>
    public static string Write(PropertyDefinition property, PropertySyntax syntax)
    {
        var plain = property switch
        {
            AtomicProperty atomic => atomic.Name,
            EventProperty { Vendor: var vendor, Name: var name, MajorVersion: var version, Path: var path } => syntax is PropertySyntax.Blobl
                ? $"unstruct_event.data.data{Steps(path, syntax)}"
                : SnakeCase.Column(SchemaMember.EventPrefix, vendor, name, version) + Steps(path, syntax),
            EntityProperty { Vendor: var vendor, Name: var name, MajorVersion: var version, Path: var path, Index: var index } =>
                SnakeCase.Column(SchemaMember.EntityPrefix, vendor, name, version) + Index(index, syntax) + Steps(path, syntax),
            CalculatedProperty { Operation: var operation, Properties: var members } =>
                $"{DefinitionNames.CalculatedOperations[operation]}({string.Join(", ", members.Select(member => Write(member, syntax)))})",
            _ => throw new ArgumentOutOfRangeException(nameof(property), property, "Unknown kind of property."),
        };
        return property.DatePart is { } part ? $"{DefinitionNames.DateParts[part]}({plain})" : plain;
    }

    /// <summary>Where the identifier of an attribute key stands in an enriched event; null for keys of warehouse tables only.</summary>
    public static string? IdentifierOf(AttributeKeyDefinition key) => AttributeKeyIdentifier.SourceOf(key) switch
    {
        null => null,
        AtomicReference { Column: var column } when key.Property is null => AtomicColumns.All[column].Name,
        _ => Write(key.Property!, PropertySyntax.Blobl),
    };

    private static string Steps(string path, PropertySyntax syntax)
    {
        if (!JsonPath.TryParse(path, out var parsed, out var error))
            throw new ArgumentException($"The definition was never validated: {error}", nameof(path));
        var text = new StringBuilder();
        foreach (var step in parsed.Steps)
        {
            if (step.Member is null)
                text.Append(Index(step.Index, syntax));
            else
                text.Append(syntax is PropertySyntax.Snowflake && text.Length == 0 ? ':' : '.').Append(Member(step.Member, syntax));
        }
        return text.ToString();
    }

    private static string Index(int index, PropertySyntax syntax) => syntax switch
    {
        PropertySyntax.BigQuery => $"[safe_offset({index})]",
        PropertySyntax.Blobl => $".{index}",
        _ => $"[{index}]",
    };

    private static string Member(string name, PropertySyntax syntax) => syntax switch
    {
        PropertySyntax.BigQuery or PropertySyntax.Databricks => SnakeCase.Words(name),
        PropertySyntax.Snowflake when !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        _ => name,
    };
}
