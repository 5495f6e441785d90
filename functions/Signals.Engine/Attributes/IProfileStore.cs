namespace Signals.Engine.Attributes;

/// <summary>Names one profile: an attribute key and one value of it.</summary>
/// <param name="AttributeKey">Name of the attribute key, for instance <c>domain_userid</c>.</param>
/// <param name="Identifier">The value, 1 to 512 characters.</param>
public readonly record struct ProfileKey(string AttributeKey, string Identifier);

/// <summary>A profile as the store holds it.</summary>
/// <param name="State">The state in the binary form of <c>ProfileStateCodec</c>.</param>
/// <param name="ETag">Changes with every write; to be handed back when writing.</param>
public sealed record StoredProfile(ReadOnlyMemory<byte> State, string ETag);

/// <summary>A conditional write of one profile.</summary>
/// <param name="Key">Which profile.</param>
/// <param name="State">Its new state.</param>
/// <param name="ETag">ETag of the state it was made from; null when the profile must not exist yet.</param>
/// <param name="ExpiresAt">When the store may drop it, UTC; null for never.</param>
public readonly record struct ProfileWrite(ProfileKey Key, ReadOnlyMemory<byte> State, string? ETag, DateTimeOffset? ExpiresAt);

/// <summary>Part of the profiles of an attribute key.</summary>
/// <param name="Profiles">The profiles; possibly none although more follow.</param>
/// <param name="Continuation">How to go on, in the store's own form; null at the end.</param>
public sealed record ProfilePage(IReadOnlyList<(ProfileKey Key, StoredProfile Profile)> Profiles, string? Continuation);

/// <summary>The Profiles Store: one document per attribute key and identifier.</summary>
/// <exception cref="Events.StoreUnavailableException">
/// Every member throws it when the store is away or asks to be left alone; of a call that writes, any part may have been written.
/// </exception>
public interface IProfileStore
{
    /// <summary>Reads profiles; the result has one entry per key, in order, null where there is none (or it has expired).</summary>
    ValueTask<IReadOnlyList<StoredProfile?>> ReadAsync(IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Writes profiles, each under its own condition. Returns one entry per write, in order: the new ETag, or null where the
    /// ETag no longer fits (lost race): nothing was written for that one, and the caller reloads and tries again.
    /// Returns once the others are durable.
    /// </summary>
    /// <exception cref="ProfileTooLargeException">A profile is larger than the store takes. Others of the call may have been written.</exception>
    ValueTask<IReadOnlyList<string?>> WriteAsync(IReadOnlyList<ProfileWrite> writes, CancellationToken cancellationToken);

    /// <summary>
    /// Whether the profiles of one call of <see cref="WriteAsync"/> that are not lost to a race become durable together: all of them, or
    /// none when the process ends amid the call. Otherwise any part of them may be there after a crash; such a store has to read what
    /// was written last, by whatever process, because decisions that look at several profiles are on record in it.
    /// </summary>
    bool WritesTogether { get; }

    /// <summary>Removes a profile. False when there was none.</summary>
    ValueTask<bool> DeleteAsync(ProfileKey key, CancellationToken cancellationToken);

    /// <summary>Drops up to <paramref name="limit"/> expired profiles and says how many; a store with its own TTL answers 0.</summary>
    ValueTask<int> RemoveExpiredAsync(int limit, CancellationToken cancellationToken);

    /// <summary>
    /// All profiles of one attribute key in pages of at most <paramref name="limit"/>, in an order of the store's choosing. Used to
    /// remove the values of deleted definitions.
    /// </summary>
    /// <param name="attributeKey">Name of the attribute key.</param>
    /// <param name="continuation">Where an earlier page ended; null to begin.</param>
    /// <param name="limit">1 and up.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<ProfilePage> ScanAsync(string attributeKey, string? continuation, int limit, CancellationToken cancellationToken);
}
