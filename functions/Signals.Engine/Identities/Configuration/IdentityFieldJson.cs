using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Identities;

/// <summary>Reads and writes where a value stands in an event (spec identities, 3.1).</summary>
internal static class IdentityFieldJson
{
    private const int MaxEntityIndex = 1000;
    private const string Snowplow = "com.snowplowanalytics.snowplow";

    /// <summary>Names beside those of the atomic columns that may stand for a field.</summary>
    private static readonly Dictionary<string, PropertyReference> WellKnown = new(StringComparer.Ordinal)
    {
        ["client_session_user_id"] = Entity("client_session", "userId"),
        ["apple_idfv"] = Entity("mobile_context", "appleIdfv"),
    };

    private static readonly WireNames<Kind> Kinds = new((Kind.Atomic, "atomic"), (Kind.Event, "event"), (Kind.Entity, "entity"));

    private enum Kind
    {
        Atomic,
        Event,
        Entity,
    }

    /// <summary>Reads a required member: an object, or in short the name of an atomic column or of a well-known field.</summary>
    public static PropertyReference? ReadMember(DefinitionReader reader, string member)
    {
        if (reader.Value(member) is not { ValueKind: JsonValueKind.String } text)
            return reader.RequiredObject(member, Read);
        var reference = ByName(text.GetString()!);
        if (reference is null)
            reader.Fail(member, "enum", $"Input should be the name of an atomic property, {string.Join(" or ", WellKnown.Keys.Select(name => $"'{name}'"))}; or an object with type, vendor, name, majorVersion and path");
        return reference;
    }

    /// <summary>Writes the object form.</summary>
    public static void Write(Utf8JsonWriter writer, PropertyReference reference)
    {
        writer.WriteStartObject();
        switch (reference)
        {
            case AtomicReference atomic:
                writer.WriteString("type", Kinds[Kind.Atomic]);
                writer.WriteString("name", AtomicColumns.All[atomic.Column].Name);
                break;
            case EventReference payload:
                WritePath(writer, Kind.Event, payload.Schema, payload.Path);
                break;
            case EntityReference entity:
                WritePath(writer, Kind.Entity, entity.Schema, entity.Path);
                writer.WriteNumber("index", entity.Index);
                break;
        }
        writer.WriteEndObject();
    }

    private static PropertyReference? ByName(string name)
    {
        var column = AtomicColumns.IndexOf(name);
        return column >= 0 ? new AtomicReference(column) : WellKnown.GetValueOrDefault(name);
    }

    private static PropertyReference? Read(DefinitionReader reader)
    {
        var kind = reader.RequiredChoice("type", Kinds);
        if (reader.Failed)
            return null;
        return kind is Kind.Atomic ? ReadAtomic(reader) : ReadPath(reader, kind);
    }

    private static AtomicReference? ReadAtomic(DefinitionReader reader)
    {
        var column = AtomicColumns.IndexOf(reader.RequiredText("name", TextRules.ObjectName));
        if (!reader.Failed && column < 0)
            reader.Fail("name", "enum", "Input should be the name of an atomic property");
        return reader.Failed ? null : new AtomicReference(column);
    }

    private static PropertyReference? ReadPath(DefinitionReader reader, Kind kind)
    {
        var vendor = reader.RequiredText("vendor", TextRules.PropertyVendor);
        var name = reader.RequiredText("name", TextRules.SchemaName);
        // The registry of attributes spells it the other way; whoever copies a property from there is right, too.
        var majorVersion = reader.RequiredInteger(reader.Spelling("majorVersion", "major_version"), 1);
        var text = reader.RequiredText("path", TextRules.Path);
        JsonPath? path = null;
        if (!reader.Failed && !JsonPath.TryParse(text, out path, out var error))
            reader.Fail("path", "value_error", $"Value error, {error}");
        var index = kind is Kind.Entity ? reader.Integer("index", 0, MaxEntityIndex) ?? 0 : 0;
        if (reader.Failed)
            return null;
        var schema = new SchemaSelector(vendor, name, majorVersion);
        return kind is Kind.Event ? new EventReference(schema, path!) : new EntityReference(schema, index, path!);
    }

    private static void WritePath(Utf8JsonWriter writer, Kind kind, SchemaSelector schema, JsonPath path)
    {
        writer.WriteString("type", Kinds[kind]);
        writer.WriteString("vendor", schema.Vendor);
        writer.WriteString("name", schema.Name);
        writer.WriteNumber("majorVersion", schema.MajorVersion);
        var text = new StringBuilder("$");
        foreach (var step in path.Steps)
            text.Append(step.Member is { } member ? $".{member}" : string.Create(CultureInfo.InvariantCulture, $"[{step.Index}]"));
        writer.WriteString("path", text.ToString());
    }

    private static EntityReference Entity(string name, string member) =>
        JsonPath.TryParse(member, out var path, out var error)
            ? new EntityReference(new SchemaSelector(Snowplow, name, 1), 0, path)
            : throw new InvalidOperationException(error);
}
