namespace Signals.Storage.Cosmos;

/// <summary>
/// Divides messages into transactions. What is appended together stays together where it fits into one, and the targets of one
/// intervention do so in any case but that of more than a transaction holds.
/// </summary>
internal sealed class OutboxChunks
{
    /// <summary>A transaction has up to 100 operations, and one of them moves the end.</summary>
    public const int MaxEntries = 99;

    /// <summary>A transaction has up to 2 MB; this leaves room for what surrounds the documents.</summary>
    private const int MaxBytes = 1_500_000;

    private readonly List<List<OutboxMessage>> _chunks = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private int _bytes;

    /// <summary>The transactions in order, with the messages that are not settled.</summary>
    public static IReadOnlyList<List<OutboxMessage>> Of(IReadOnlyList<OutboxAppend> appends)
    {
        var chunks = new OutboxChunks();
        foreach (var append in appends)
            chunks.Add([.. append.Messages.Where(message => !message.IsSettled)]);
        return chunks._chunks;
    }

    private void Add(List<OutboxMessage> together)
    {
        var sizes = together.ConvertAll(SizeOf);
        BeginUnlessTheyFit(together, sizes);
        for (var first = 0; first < together.Count;)
        {
            var next = EndOfSiblings(together, first);
            BeginUnlessTheyFit(together[first..next], sizes[first..next]);
            for (; first < next; first++)
            {
                BeginUnlessTheyFit([together[first]], [sizes[first]]);
                _chunks[^1].Add(together[first]);
                _ids.Add(together[first].Id);
                _bytes += sizes[first];
            }
        }
    }

    /// <summary>What two callers append at once cannot be created twice in one transaction: the second finds it there in the next.</summary>
    private void BeginUnlessTheyFit(List<OutboxMessage> together, List<int> sizes)
    {
        if (_chunks.Count > 0 && (_chunks[^1].Count == 0
            || (_chunks[^1].Count + together.Count <= MaxEntries
                && _bytes + sizes.Sum() <= MaxBytes
                && !together.Exists(message => _ids.Contains(message.Id)))))
            return;
        _chunks.Add([]);
        _ids.Clear();
        _bytes = 0;
    }

    private static int EndOfSiblings(List<OutboxMessage> messages, int first)
    {
        var next = first + 1;
        while (next < messages.Count && messages[next].Message.InterventionId == messages[first].Message.InterventionId)
            next++;
        return next;
    }

    private static int SizeOf(OutboxMessage message) =>
        OutboxDocuments.WriteEntry(message.Id, long.MaxValue, message.Append.Mark, message.Message, int.MaxValue).Length;
}
