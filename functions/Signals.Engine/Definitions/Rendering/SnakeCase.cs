using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Definitions;

/// <summary>The names that warehouses give to schemas and fields (spec enriched-events 11).</summary>
internal static class SnakeCase
{
    /// <summary><c>unstruct_event_com_acme_cart_1</c> or <c>contexts_com_acme_product_1</c>.</summary>
    /// <param name="prefix">What the schema is used as: <see cref="SchemaMember.EventPrefix"/> or <see cref="SchemaMember.EntityPrefix"/>.</param>
    /// <param name="vendor">Vendor of the schema.</param>
    /// <param name="name">Name of the schema.</param>
    /// <param name="majorVersion">Its model number.</param>
    public static string Column(string prefix, string vendor, string name, int majorVersion) =>
        $"{prefix}{Plain(SchemaMember.NameOf(vendor, name))}_{majorVersion}";

    /// <summary>Lower case, with an underscore where a capital follows something else: <c>deviceClass</c> becomes <c>device_class</c>.</summary>
    public static string Words(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && name[i - 1] != '_' && !char.IsAsciiLetterUpper(name[i - 1]))
                words.Append('_');
            words.Append(name[i]);
        }
        return Plain(words.ToString());
    }

    // What is no letter, digit or underscore has no place in a column name, and must not reach anybody's SQL.
    private static string Plain(string name) =>
        string.Create(name.Length, name, (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsAsciiLetterOrDigit(source[i]) ? char.ToLowerInvariant(source[i]) : '_';
        });
}
