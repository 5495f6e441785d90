using System.Globalization;
using System.Text;

namespace Signals.Engine.Events;

/// <summary>
/// The names that schemas get as members of canonical JSON (spec enriched-events, section 11, the rule of the Scala SDK):
/// <c>contexts_com_acme_product_1</c> for <c>iglu:com.acme/product/jsonschema/1-0-0</c>. Vendor and name cannot be told apart in
/// it any more, so an entity that came as canonical JSON carries the URI <c>iglu:~/com_acme_product/jsonschema/1-0-0</c> in a line.
/// </summary>
internal static class SchemaMember
{
    /// <summary>Stands for the vendor in URIs that were made of a member name.</summary>
    public const string Vendor = "~";

    /// <summary>Start of URIs that were made of a member name.</summary>
    public const string MemberUriStart = $"iglu:{Vendor}/";

    /// <summary>Start of the members that hold entities.</summary>
    public const string EntityPrefix = "contexts_";

    /// <summary>Start of the member that holds the payload of a self-describing event.</summary>
    public const string EventPrefix = "unstruct_event_";

    /// <summary>Vendor and name as one member name, without prefix and model number: <c>com_acme_product</c>.</summary>
    public static string NameOf(string vendor, string name)
    {
        var member = new StringBuilder(vendor.Length + name.Length + 8);
        foreach (var c in vendor)
            member.Append(c is '.' or '-' ? '_' : char.ToLowerInvariant(c));
        member.Append('_');
        var previous = '_';
        foreach (var c in name)
        {
            var current = c is '.' or '-' ? '_' : c;
            if (current is >= 'A' and <= 'Z' && previous is not ((>= 'A' and <= 'Z') or '_'))
                member.Append('_');
            member.Append(char.ToLowerInvariant(current));
            previous = current;
        }
        return member.ToString();
    }

    /// <summary>The member name for a URI, without its prefix: <c>com_acme_product_1</c>; null when it is no Iglu URI.</summary>
    public static string? OfUri(string uri)
    {
        if (uri.StartsWith(MemberUriStart, StringComparison.Ordinal)
            && uri[MemberUriStart.Length..].Split('/') is [var member, _, var version])
            return $"{member}_{version.Split('-')[0]}";
        return IgluUri.TryParse(uri, out var iglu, out _) ? $"{NameOf(iglu.Vendor, iglu.Name)}_{iglu.Model.ToString(CultureInfo.InvariantCulture)}" : null;
    }
}
