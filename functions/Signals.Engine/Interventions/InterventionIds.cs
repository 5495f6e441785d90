using System.Security.Cryptography;
using System.Text;
using Signals.Engine.Definitions;

namespace Signals.Engine.Interventions;

/// <summary>Ids of interventions, derived from what caused them: a repetition after a crash makes the same id again.</summary>
internal static class InterventionIds
{
    /// <summary>A UUID of version 8 (RFC 9562) out of the SHA-256 of intervention, version and event.</summary>
    public static Guid Of(VersionedName intervention, Guid eventId)
    {
        var cause = $"{intervention.Name}\n{intervention.Version}\n{eventId:D}";
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(cause), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
