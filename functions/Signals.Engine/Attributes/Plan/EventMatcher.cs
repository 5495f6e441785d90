using System.Text;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Decides by type whether an event may count for an attribute (spec signals-api 2.4, 14.2).</summary>
internal static class EventMatcher
{
    private const string StructVendor = "com.google.analytics";

    /// <summary>What definitions made in Snowplow's console say for structured events (spec enriched-events 5).</summary>
    private const string StructVendorInConsole = "com.google.analytics.measurement-protocol";

    /// <summary>The entity that names an event's specification.</summary>
    private static readonly SchemaSelector Specification = new("com.snowplowanalytics.snowplow", "event_specification", 1);

    /// <summary>An event may carry several specifications (of the tracker and inferred); this many are looked at.</summary>
    private const int MaxSpecifications = 3;

    /// <summary>Whether a filter lets events of a type through, as far as the type decides.</summary>
    public static bool MatchesType(EventFilter filter, ReadOnlySpan<byte> vendor, ReadOnlySpan<byte> name, ReadOnlySpan<byte> version) =>
        filter.EventSpecificationId is null
        && Matches(filter.Name, name)
        && Matches(filter.Version, version)
        && (Matches(filter.Vendor, vendor) || (filter.Vendor == StructVendorInConsole && Matches(StructVendor, vendor) && Matches("event", name)));

    /// <summary>The references by which an event's specification ids are found.</summary>
    public static IEnumerable<PropertyReference> SpecificationIds()
    {
        JsonPath.TryParse("id", out var path, out _);
        return Enumerable.Range(0, MaxSpecifications).Select(index => new EntityReference(Specification, index, path!));
    }

    private static bool Matches(string? wanted, ReadOnlySpan<byte> utf8)
    {
        if (wanted is null)
            return true;
        Span<byte> bytes = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(wanted, bytes, out var length) && utf8.SequenceEqual(bytes[..length]);
    }
}
