using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Signals.CosmosEmulator.Wire;

/// <summary>An answer, before it is put on the wire.</summary>
internal sealed class GatewayResponse(int status, ReadOnlyMemory<byte> body = default)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly List<KeyValuePair<string, string>> _headers = new(8);

    public int Status => status;
    public ReadOnlyMemory<byte> Body => body;
    public string ContentType { get; init; } = "application/json";
    public double Charge { get; init; } = RequestCharges.Nothing;
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    public static GatewayResponse Json(int status, JsonNode body, double charge = RequestCharges.Nothing) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body, Relaxed)) { Charge = charge };

    /// <summary>An error as the service words it.</summary>
    public static GatewayResponse Error(int status, string message, int subStatus = 0, double charge = RequestCharges.Nothing)
    {
        var body = new JsonObject { ["code"] = CodeOf(status), ["message"] = message };
        var response = new GatewayResponse(status, JsonSerializer.SerializeToUtf8Bytes(body, Relaxed)) { Charge = charge };
        return subStatus == 0 ? response : response.With("x-ms-substatus", subStatus.ToString(CultureInfo.InvariantCulture));
    }

    public static GatewayResponse NotFound(string what) => Error(404, $"Resource Not Found: {what}.");

    public GatewayResponse With(string name, string value)
    {
        _headers.Add(new KeyValuePair<string, string>(name, value));
        return this;
    }

    private static string CodeOf(int status) => status switch
    {
        304 => "NotModified",
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        429 => "TooManyRequests",
        449 => "RetryWith",
        503 => "ServiceUnavailable",
        _ => "InternalServerError",
    };
}
