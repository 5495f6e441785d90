namespace Signals.Api.Interventions;

/// <summary>The ids of the interventions that a subscription has got: each goes to it once (spec signals-api 11.3). Remembers the last 1000.</summary>
internal sealed class RecentInterventions
{
    private const int Remembered = 1000;

    private readonly HashSet<Guid> _ids = [];
    private readonly Queue<Guid> _order = [];

    /// <summary>Notes an id; false when it is one of the remembered.</summary>
    public bool Add(Guid interventionId)
    {
        if (!_ids.Add(interventionId))
            return false;
        _order.Enqueue(interventionId);
        if (_order.Count > Remembered)
            _ids.Remove(_order.Dequeue());
        return true;
    }
}
