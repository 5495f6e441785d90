using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Signals.Engine.Definitions;

/// <summary>
/// Definitions in JSON: reading collects every error with its place, and checks what can be judged without looking at other
/// definitions; writing is exact and round-trips.
/// </summary>
public static class DefinitionJson
{
    /// <summary>The highest version of anything.</summary>
    public const int MaxVersion = 1_000_000;

    /// <summary>Reads and checks an attribute key.</summary>
    public static bool TryReadAttributeKey(
        JsonElement body, [NotNullWhen(true)] out AttributeKeyDefinition? key, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, AttributeKeyJson.Read, AttributeKeyValidator.Validate, out key, out errors);

    /// <summary>Reads and checks an attribute group.</summary>
    public static bool TryReadAttributeGroup(
        JsonElement body, [NotNullWhen(true)] out AttributeGroupDefinition? group, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, AttributeGroupJson.Read, AttributeGroupValidator.Validate, out group, out errors);

    /// <summary>Reads and checks a batch source.</summary>
    public static bool TryReadBatchSource(
        JsonElement body, [NotNullWhen(true)] out BatchSource? source, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, AttributeGroupJson.ReadBatchSource, null, out source, out errors);

    /// <summary>Reads and checks a service.</summary>
    public static bool TryReadService(
        JsonElement body, [NotNullWhen(true)] out ServiceDefinition? service, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, ServiceJson.Read, ServiceValidator.Validate, out service, out errors);

    /// <summary>Reads and checks an intervention.</summary>
    public static bool TryReadIntervention(
        JsonElement body, [NotNullWhen(true)] out InterventionDefinition? intervention, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, InterventionJson.Read, InterventionValidator.Validate, out intervention, out errors);

    /// <summary>Reads and checks the names of what is to be published or unpublished.</summary>
    public static bool TryReadReferences(
        JsonElement body, [NotNullWhen(true)] out DefinitionReferences? references, out IReadOnlyList<FieldError> errors) =>
        TryRead(body, DefinitionReferencesJson.Read, null, out references, out errors);

    /// <summary>Writes an attribute key.</summary>
    public static string ToJson(AttributeKeyDefinition key) => JsonSerializer.Serialize(key, DefinitionJsonContext.Default.AttributeKeyDefinition);

    /// <summary>Writes an attribute group.</summary>
    public static string ToJson(AttributeGroupDefinition group) => JsonSerializer.Serialize(group, DefinitionJsonContext.Default.AttributeGroupDefinition);

    /// <summary>Writes a service.</summary>
    public static string ToJson(ServiceDefinition service) => JsonSerializer.Serialize(service, DefinitionJsonContext.Default.ServiceDefinition);

    /// <summary>Writes an intervention.</summary>
    public static string ToJson(InterventionDefinition intervention) =>
        JsonSerializer.Serialize(InterventionDocument.Of(intervention), DefinitionJsonContext.Default.InterventionDocument);

    private static bool TryRead<T>(
        JsonElement body,
        Func<DefinitionReader, T?> read,
        Action<T, FieldPath, FieldErrors>? validate,
        [NotNullWhen(true)] out T? definition,
        out IReadOnlyList<FieldError> errors)
        where T : class
    {
        var found = new FieldErrors();
        definition = DefinitionReader.Read(body, FieldPath.Body, found, read);
        if (definition is not null)
            validate?.Invoke(definition, FieldPath.Body, found);
        errors = found.Kept;
        if (found.Count > 0)
            definition = null;
        return definition is not null;
    }
}
