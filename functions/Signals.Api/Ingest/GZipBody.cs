using System.IO.Compression;

namespace Signals.Api.Ingest;

/// <summary>
/// Unpacks a gzip body, and notices when it is cut short: <see cref="GZipStream"/> alone ends quietly then. One more member, the seal, is put
/// behind the body; only behind a whole one does it come out as what it is.
/// </summary>
internal sealed class GZipBody(Stream packed) : Stream
{
    private static readonly byte[] Seal = Guid.NewGuid().ToByteArray();
    private static readonly byte[] PackedSeal = Pack(Seal);

    private readonly GZipStream _unpacked = new(new Sealed(packed), CompressionMode.Decompress);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _filled;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="InvalidDataException">The body is not gzip, or cut short.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken = default)
    {
        while (_filled <= Seal.Length)
        {
            var read = await _unpacked.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
            _filled += read;
            if (read > 0)
                continue;
            return _buffer.AsSpan(0, _filled).SequenceEqual(Seal) ? 0 : throw new InvalidDataException("The gzip data is cut short.");
        }
        var length = Math.Min(target.Length, _filled - Seal.Length);
        _buffer.AsSpan(0, length).CopyTo(target.Span);
        _buffer.AsSpan(length, _filled - length).CopyTo(_buffer);
        _filled -= length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _unpacked.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>The body, and then the seal.</summary>
    private sealed class Sealed(Stream packed) : Stream
    {
        private int _sealRead = -1;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellationToken = default)
        {
            if (_sealRead < 0)
            {
                var read = await packed.ReadAsync(target, cancellationToken);
                if (read > 0)
                    return read;
                _sealRead = 0;
            }
            var length = Math.Min(target.Length, PackedSeal.Length - _sealRead);
            PackedSeal.AsMemory(_sealRead, length).CopyTo(target);
            _sealRead += length;
            return length;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
