using System.Diagnostics.CodeAnalysis;
using Newtonsoft.Json;

namespace Signals.Storage.Tests.Emulator;

/// <summary>What the tests of the emulator store; its names are those of the JSON.</summary>
[SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "The names are those of the JSON.")]
public sealed record Item(string id, string pk)
{
    public int number { get; init; }

    public string? text { get; init; }

    [JsonProperty(NullValueHandling = NullValueHandling.Ignore)]
    public int? ttl { get; init; }
}
