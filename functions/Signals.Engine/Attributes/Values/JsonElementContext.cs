using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signals.Engine.Attributes;

/// <summary>Writes a JSON element compactly.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class JsonElementContext : JsonSerializerContext;
