using System.Buffers;
using System.Collections;
using Signals.Engine.Events;

namespace Signals.Storage.Sqlite;

/// <summary>
/// Records whose payloads lie in rented arrays. Whoever disposes of the list gives the arrays back, which spares the garbage
/// collector most of its work under load; whoever does not leaves them to the garbage collector.
/// </summary>
internal sealed class RentedRecords : IReadOnlyList<LogRecord>, IDisposable
{
    private readonly List<byte[]> _rented = [];

    public List<LogRecord> Records { get; } = [];

    public int Count => Records.Count;

    public LogRecord this[int index] => Records[index];

    /// <summary>Copies bytes into an array of this list.</summary>
    public ReadOnlyMemory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        var array = ArrayPool<byte>.Shared.Rent(bytes.Length);
        _rented.Add(array);
        bytes.CopyTo(array);
        return array.AsMemory(0, bytes.Length);
    }

    public IEnumerator<LogRecord> GetEnumerator() => Records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        Records.Clear();
        foreach (var array in _rented)
            ArrayPool<byte>.Shared.Return(array);
        _rented.Clear();
    }
}
