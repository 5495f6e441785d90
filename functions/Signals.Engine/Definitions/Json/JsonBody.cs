using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Signals.Engine.Definitions;

/// <summary>Parses the body of a request. What comes out can be read without surprises: its depth is bounded and all its texts are valid.</summary>
public static class JsonBody
{
    /// <summary>The largest body, in bytes.</summary>
    public const int MaxBytes = 1_048_576;

    /// <summary>The deepest nesting.</summary>
    public const int MaxDepth = 32;

    /// <summary>Parses a body. False, with the reason, when it is empty, not JSON, or nested too deeply.</summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8, out JsonElement body, [NotNullWhen(false)] out FieldError? error)
    {
        body = default;
        error = null;
        if (utf8.Length == 0)
        {
            error = new FieldError(FieldPath.Body.ToLoc(), "Field required", "missing");
            return false;
        }
        try
        {
            CheckTexts(utf8.Span);
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth });
            body = document.RootElement.Clone();
            return true;
        }
        catch (JsonException exception)
        {
            error = new FieldError(FieldPath.Body.At((int)(exception.BytePositionInLine ?? 0)).ToLoc(), "JSON decode error", "json_invalid")
            {
                Ctx = new Dictionary<string, object> { ["error"] = exception.Message },
            };
            return false;
        }
    }

    // JSON can escape half a surrogate pair, which parses but throws as soon as somebody reads the text.
    private static void CheckTexts(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new JsonException("The body is not valid UTF-8.", null, null, 0);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || !reader.ValueIsEscaped)
                continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new JsonException("A text holds half of a surrogate pair.", null, null, reader.TokenStartIndex);
            }
        }
    }
}
