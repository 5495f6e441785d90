using System.Diagnostics.CodeAnalysis;

namespace Signals.Engine.Identities;

/// <summary>Why a value is not used as an identifier.</summary>
public enum DropReason
{
    /// <summary>Nothing is left of it after trimming.</summary>
    Empty,

    /// <summary>It is longer than the configuration allows.</summary>
    TooLong,

    /// <summary>It identifies nobody, by the default list or by that of the configuration.</summary>
    Blocked,

    /// <summary>It is no text: a number, a boolean, a list or an object.</summary>
    NotText,

    /// <summary>The event carries more identifiers than the configuration allows, and others rank higher.</summary>
    TooMany,

    /// <summary>The link from the other domain is older than the configuration allows.</summary>
    AliasTooOld,
}

/// <summary>Cleans values by the rules of a configuration (spec identities, section 4, steps 3 to 5).</summary>
internal sealed class ValueHygiene
{
    /// <summary>Longest value whatever the configuration says, in UTF-16 code units.</summary>
    public const int LongestValue = 4096;

    private readonly HashSet<string> _blocked;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public ValueHygiene(IdentityConfiguration configuration)
    {
        MaxLength = configuration.Limits.ValueLength is > 0 and < LongestValue ? configuration.Limits.ValueLength : LongestValue;
        _blocked = new HashSet<string>(configuration.BlockedValues.Select(value => value.Trim()), StringComparer.Ordinal);
        _lookup = _blocked.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Longest value that passes, in UTF-16 code units.</summary>
    public int MaxLength { get; }

    /// <summary>(1) Trims, (2) checks, (3) normalises. False, with the reason, for a value that is not to be used.</summary>
    public bool TryClean(IdentifierType type, ReadOnlySpan<char> raw, [NotNullWhen(true)] out string? value, out DropReason reason)
    {
        value = null;
        raw = raw.Trim();
        reason = raw.Length == 0 ? DropReason.Empty : raw.Length > MaxLength ? DropReason.TooLong : DropReason.Blocked;
        if (reason != DropReason.Blocked || (type.UsesDefaultBlockList && BlockedValues.Contains(raw)) || _lookup.Contains(raw))
            return false;
        value = new string(raw);
        if (type.Normalise == ValueNormalisation.Lowercase)
            value = value.ToLowerInvariant();
        return true;
    }
}
