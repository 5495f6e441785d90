using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Signals.Api.Serving;

/// <summary>Reads the body of a serving request; what is wrong with it is said with the name of the field.</summary>
internal static class ServingBody
{
    public static bool TryRead<TBody>(
        ReadOnlySpan<byte> json, JsonTypeInfo<TBody> type, [NotNullWhen(true)] out TBody? body, [NotNullWhen(false)] out string? error)
        where TBody : class
    {
        body = null;
        error = "The body is not a JSON object";
        try
        {
            body = JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException problem) when (problem.Path is { Length: > 2 } path && IsWellFormed(json))
        {
            error = $"{path[1..].TrimStart('.')}: not of the expected type";
        }
        catch (JsonException problem) when (!IsWellFormed(json))
        {
            error = $"The body is not valid JSON (line {problem.LineNumber + 1})";
        }
        catch (JsonException)
        {
            // Well-formed, but not an object: the text above says it.
        }
        return body is not null;
    }

    private static bool IsWellFormed(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 32 });
        try
        {
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
