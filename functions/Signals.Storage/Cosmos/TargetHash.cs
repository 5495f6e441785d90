using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Interventions;

namespace Signals.Storage.Cosmos;

/// <summary>
/// A target as 32 hexadecimal digits, the same for all that stand for the same (<see cref="InterventionTarget.IsSameAs"/>): short and
/// free of the characters that ids of items must not have.
/// </summary>
internal static class TargetHash
{
    private const int Bytes = 16;

    public static string Of(in InterventionTarget target)
    {
        var identifier = target.TryGetUuid(out var uuid) ? uuid.ToString("D") : target.Identifier;
        return Of(target.AttributeKey, identifier);
    }

    /// <summary>The hash of any two texts of which the first has no line break.</summary>
    public static string Of(string first, string second) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{first}\n{second}")).AsSpan(0, Bytes));
}
