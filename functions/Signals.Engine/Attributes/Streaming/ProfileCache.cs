namespace Signals.Engine.Attributes;

/// <summary>
/// Decoded profiles between two batches, so that a hot profile is not read again. A batch takes what it touches out and puts
/// it back after the write, so no two batches ever share a profile. Two generations: when the young one is full, the old one
/// is forgotten.
/// </summary>
internal sealed class ProfileCache(int capacity)
{
    private readonly Lock _lock = new();
    private Dictionary<ProfileKey, ProfileState> _young = [];
    private Dictionary<ProfileKey, ProfileState> _old = [];

    /// <summary>Takes a profile out; null when it is not here, or laid out for another plan.</summary>
    public ProfileState? Take(ProfileKey key, KeyPlan plan)
    {
        lock (_lock)
        {
            if (!_young.Remove(key, out var state) && !_old.Remove(key, out state))
                return null;
            return ReferenceEquals(state.Plan, plan) ? state : null;
        }
    }

    /// <summary>Forgets a profile.</summary>
    public void Remove(ProfileKey key)
    {
        lock (_lock)
        {
            _young.Remove(key);
            _old.Remove(key);
        }
    }

    /// <summary>Forgets all profiles.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _young = [];
            _old = [];
        }
    }

    /// <summary>Puts a profile back that is as the store has it.</summary>
    public void Put(ProfileKey key, ProfileState state)
    {
        lock (_lock)
        {
            if (_young.Count >= capacity / 2)
            {
                _old = _young;
                _young = [];
            }
            _young[key] = state;
        }
    }
}
