using System.Buffers;

namespace Signals.Engine.Identities;

/// <summary>The keys of the identifiers of a batch, each computed once.</summary>
internal sealed class RequestKeys : IDisposable
{
    private readonly IdentityItemKey[] _keys;
    private readonly int[] _starts;

    public RequestKeys(IReadOnlyList<ResolutionRequest> requests)
    {
        var total = 0;
        _starts = ArrayPool<int>.Shared.Rent(requests.Count + 1);
        for (var i = 0; i < requests.Count; i++)
        {
            _starts[i] = total;
            total += requests[i].Identifiers.Count;
        }
        _starts[requests.Count] = total;
        _keys = ArrayPool<IdentityItemKey>.Shared.Rent(total);
        for (var i = 0; i < requests.Count; i++)
        {
            var identifiers = requests[i].Identifiers;
            for (var j = 0; j < identifiers.Count; j++)
                _keys[_starts[i] + j] = IdentityItemKey.Of(identifiers[j]);
        }
    }

    /// <summary>The keys of one request, in the order of its identifiers.</summary>
    public ReadOnlySpan<IdentityItemKey> this[int request] => _keys.AsSpan(_starts[request].._starts[request + 1]);

    /// <summary>The keys of one request, in the order of its identifiers.</summary>
    public ReadOnlyMemory<IdentityItemKey> Memory(int request) => _keys.AsMemory(_starts[request].._starts[request + 1]);

    public void Dispose()
    {
        ArrayPool<IdentityItemKey>.Shared.Return(_keys);
        ArrayPool<int>.Shared.Return(_starts);
    }
}
