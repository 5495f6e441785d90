using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Signals.Engine.Definitions;
using Signals.Engine.Interventions;

namespace Signals.Api.Interventions;

/// <summary>The body of a push, checked (spec signals-api 11.4).</summary>
/// <param name="Name">Name of the intervention; needs no definition.</param>
/// <param name="Version">Its version.</param>
/// <param name="InterventionId">Its id; a new one when the body has none.</param>
/// <param name="Attributes">Attribute values as strings.</param>
internal sealed record PushRequest(string Name, int Version, Guid InterventionId, IReadOnlyDictionary<string, string> Attributes)
{
    private const int MaxAttributes = 1000;
    private const int MaxNameLength = 257;
    private const int MaxAttributeBytes = 64 * 1024;

    /// <summary>Checks a body. False, with the reason, when something is wrong with it.</summary>
    public static bool TryRead(JsonElement body, [NotNullWhen(true)] out PushRequest? request, [NotNullWhen(false)] out string? error)
    {
        request = null;
        if (body.ValueKind != JsonValueKind.Object)
        {
            error = "the body is not a JSON object";
            return false;
        }
        if (!TryReadName(body, out var name, out error)
            || !TryReadVersion(body, out var version, out error)
            || !TryReadId(body, out var id, out error)
            || !TryReadAttributes(body, out var attributes, out error))
            return false;
        request = new PushRequest(name, version, id, attributes);
        return true;
    }

    /// <summary>The messages of the push, one per target.</summary>
    public IReadOnlyList<InterventionMessage> ToMessages(IReadOnlyList<SubscriptionKey> targets, DateTimeOffset now) =>
    [
        .. targets.Select(target => new InterventionMessage
        {
            InterventionId = InterventionId,
            Name = Name,
            Version = Version,
            Attributes = Attributes,
            Target = target.ToTarget(),
            DecidedAt = now,
            WantsReceipt = true,
        }),
    ];

    public static bool TryReadName(JsonElement body, out string name, [NotNullWhen(false)] out string? error)
    {
        name = Member(body, "name") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        var errors = new FieldErrors();
        error = TextRules.ObjectName.Check(name, FieldPath.Body, errors) ? null : "name: expected 1 to 128 letters, digits and underscores";
        return error is null;
    }

    private static bool TryReadVersion(JsonElement body, out int version, [NotNullWhen(false)] out string? error)
    {
        version = 0;
        var valid = Member(body, "version") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out version) && version >= 0;
        error = valid ? null : "version: expected an integer from 0";
        return valid;
    }

    private static bool TryReadId(JsonElement body, out Guid id, [NotNullWhen(false)] out string? error)
    {
        id = Guid.NewGuid();
        error = null;
        if (Member(body, "intervention_id") is not { } given)
            return true;
        var text = given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        if (!new InterventionTarget("", text).TryGetUuid(out id))
            error = "intervention_id: expected a UUID";
        return error is null;
    }

    private static bool TryReadAttributes(JsonElement body, out Dictionary<string, string> attributes, [NotNullWhen(false)] out string? error)
    {
        attributes = new(StringComparer.Ordinal);
        error = null;
        if (Member(body, "attributes") is not { } given)
            return true;
        if (given.ValueKind != JsonValueKind.Object)
        {
            error = "attributes: expected an object of strings";
            return false;
        }
        var bytes = 0;
        foreach (var attribute in given.EnumerateObject())
        {
            if (attribute.Value.ValueKind != JsonValueKind.String)
            {
                error = $"attributes.{Shown(attribute.Name)}: expected a string";
                return false;
            }
            if (attribute.Name.Length is 0 or > MaxNameLength)
            {
                error = $"attributes: expected names of 1 to {MaxNameLength} characters";
                return false;
            }
            var value = attribute.Value.GetString()!;
            attributes[attribute.Name] = value;
            bytes += Encoding.UTF8.GetByteCount(attribute.Name) + Encoding.UTF8.GetByteCount(value);
        }
        if (attributes.Count > MaxAttributes || bytes > MaxAttributeBytes)
            error = $"attributes: at most {MaxAttributes} with {MaxAttributeBytes} bytes in all are allowed";
        return error is null;
    }

    private static JsonElement? Member(JsonElement body, string name) =>
        body.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string Shown(string name) => name.Length > MaxNameLength ? name[..MaxNameLength] + "…" : name;
}
