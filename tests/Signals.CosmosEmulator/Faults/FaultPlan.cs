namespace Signals.CosmosEmulator.Faults;

/// <summary>The faults that a test ordered. The first order that matches a request strikes it.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<ActiveFault> _orders = [];
    private volatile Func<CosmosCall, Fault?>? _decide;

    /// <summary>Orders a fault; what comes back tells whether it struck.</summary>
    public ActiveFault Order(FaultOrder order)
    {
        var active = new ActiveFault(order);
        lock (_gate) _orders.Add(active);
        return active;
    }

    /// <summary>Orders a fault for the next request of a kind.</summary>
    public ActiveFault Next(CosmosOperation operation, Fault fault) => Order(new FaultOrder(fault) { Operations = [operation] });

    /// <summary>Asks a function about every request that no order strikes. It is called from several threads.</summary>
    public void Decide(Func<CosmosCall, Fault?> decide) => _decide = decide;

    /// <summary>Forgets all orders.</summary>
    public void Clear()
    {
        _decide = null;
        lock (_gate) _orders.Clear();
    }

    internal Fault? Next(CosmosCall call)
    {
        lock (_gate)
        {
            for (var index = 0; index < _orders.Count; index++)
            {
                var active = _orders[index];
                if (!active.TryStrike(call)) continue;
                if (active.IsSpent) _orders.RemoveAt(index);
                return active.Order.Fault;
            }
        }

        return _decide?.Invoke(call);
    }
}
