using System.Buffers;

namespace Signals.Api.Ingest;

/// <summary>
/// Cuts a stream into lines in one reused buffer. CRLF is taken as a line end, blank lines are left out, and of a line that is too long
/// only the beginning is kept, so that memory stays bounded whatever comes.
/// </summary>
internal sealed class LineReader(Stream source, long maxBytes) : IDisposable
{
    /// <summary>Longest line in bytes (spec enriched-events 14).</summary>
    public const int MaxLineBytes = 1024 * 1024;

    /// <summary>What is kept of a longer one: a tenth of the limit, as in Snowplow's size violations.</summary>
    private const int KeptBytes = MaxLineBytes / 10;

    private const int FirstBufferBytes = 128 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);
    private int _start;
    private int _scanned;
    private int _filled;
    private long _total;
    private long _skipped;
    private bool _ended;

    /// <summary>Reads more bytes. False when the stream has ended; what is left in the buffer is then the last line.</summary>
    /// <exception cref="BadHttpRequestException">413: the stream is longer than it may be.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var read = await source.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
        _filled += read;
        _total += read;
        _ended = read == 0;
        if (_total > maxBytes)
            throw new BadHttpRequestException($"The body is larger than {maxBytes} bytes.", StatusCodes.Status413PayloadTooLarge);
        return !_ended;
    }

    /// <summary>Takes the next line; false when more bytes are needed first.</summary>
    /// <param name="line">The line without its end, valid until the next call; of a line that is too long its beginning.</param>
    /// <param name="tooLong">Length in bytes of a line that is too long; else 0.</param>
    public bool TryTake(out ReadOnlySpan<byte> line, out long tooLong)
    {
        while (TryTakeAny(out line, out tooLong))
        {
            if (line.Length > 0)
                return true;
        }
        return false;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private bool TryTakeAny(out ReadOnlySpan<byte> line, out long tooLong)
    {
        tooLong = 0;
        line = default;
        var rest = _buffer.AsSpan(_start, _filled - _start);
        var end = rest[_scanned..].IndexOf((byte)'\n');
        if (end < 0 && !_ended)
        {
            _scanned = rest.Length;
            if (rest.Length > MaxLineBytes + 1)
                SkipBuffered();
            return false;
        }
        if (end < 0 && rest.Length == 0)
            return false;

        var length = end < 0 ? rest.Length : _scanned + end;
        line = rest[..length];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        if (_skipped + line.Length > MaxLineBytes)
        {
            tooLong = _skipped + line.Length;
            line = line[..Math.Min(line.Length, KeptBytes)];
        }
        _skipped = 0;
        _scanned = 0;
        _start += end < 0 ? length : length + 1;
        return true;
    }

    /// <summary>The line is already too long and its end is not in sight: keep its beginning and forget the rest.</summary>
    private void SkipBuffered()
    {
        var length = _filled - _start;
        _skipped += length - KeptBytes;
        _filled = _start + KeptBytes;
        _scanned = KeptBytes;
    }

    private void MakeRoom()
    {
        var length = _filled - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, length).CopyTo(_buffer);
            (_start, _filled) = (0, length);
        }
        if (length < _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
