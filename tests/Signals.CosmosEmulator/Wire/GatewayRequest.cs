namespace Signals.CosmosEmulator.Wire;

/// <summary>A request as it came over HTTP, whatever carried it.</summary>
internal abstract class GatewayRequest
{
    public abstract string Method { get; }

    /// <summary>The path, still escaped, without the query string.</summary>
    public abstract string Path { get; }
    public abstract Uri Authority { get; }
    public required ReadOnlyMemory<byte> Body { get; init; }

    public abstract string? Header(string name);

    public bool Flag(string name) => string.Equals(Header(name), "true", StringComparison.OrdinalIgnoreCase);
}
