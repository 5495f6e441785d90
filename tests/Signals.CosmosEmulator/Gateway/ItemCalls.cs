using Signals.CosmosEmulator.Partitioning;
using Signals.CosmosEmulator.Store;
using Signals.CosmosEmulator.Wire;

namespace Signals.CosmosEmulator.Gateway;

/// <summary>Calls on single items, whatever the path they came by.</summary>
internal static class ItemCalls
{
    public static PreparedCall Prepare(Container container, PartitionKeyValue key, ItemOperation operation)
    {
        var range = container.RangeOf(key);
        var call = new CosmosCall(operation.Kind, container.Database.Id, container.Id, [operation.Id]);
        return new PreparedCall(call, () => ValueTask.FromResult(Run(container, range, key, operation)))
        {
            Container = container,
            Range = range,
            LoseRace = () => LoseRace(container, range, key, [operation]),
        };
    }

    /// <summary>A read, with what its consistency costs and allows.</summary>
    public static PreparedCall PrepareRead(GatewayRequest request, Container container, PartitionKeyValue key, ItemOperation operation)
    {
        var options = container.Account.Options;
        var range = container.RangeOf(key);
        var read = operation with { ReadFactor = Consistencies.ReadFactor(request, options) };
        var stale = read with { MayBeStale = current => Consistencies.AllowsStale(request, options, range, current) };
        return Prepare(container, key, read) with { RunStale = () => ValueTask.FromResult(Run(container, range, key, stale)) };
    }

    /// <summary>Someone else writes first: what is there gets a new tag, and what is about to be created is there already.</summary>
    public static void LoseRace(Container container, PartitionRange range, PartitionKeyValue key, IEnumerable<ItemOperation> operations)
    {
        lock (range.Gate)
        {
            var other = new ItemTransaction(container, range, key);
            foreach (var operation in operations)
            {
                if (operation.Kind == CosmosOperation.CreateItem) other.Execute(operation);
                else other.Touch(operation.Id);
            }

            other.Commit();
        }
    }

    private static GatewayResponse Run(Container container, PartitionRange range, PartitionKeyValue key, ItemOperation operation)
    {
        lock (range.Gate)
        {
            var transaction = new ItemTransaction(container, range, key);
            var result = transaction.Execute(operation);
            transaction.Commit();
            return ItemReplies.Of(result, container, range, operation.Minimal);
        }
    }
}
