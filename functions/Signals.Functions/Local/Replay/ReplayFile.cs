using System.IO.Compression;
using System.IO.Pipelines;
using Signals.Api.Ingest;

namespace Signals.Functions.Local.Replay;

/// <summary>A file of enriched events, or standard input: opened, unpacked when it is compressed, and cut into blocks of whole lines.</summary>
/// <param name="path">Path of the file; <c>-</c> for standard input.</param>
internal sealed class ReplayFile(string path)
{
    public const string StandardInput = "-";

    private const int BlockBytes = 4 << 20;

    private static readonly string[] JsonExtensions = [".ndjson", ".jsonl"];

    /// <summary>What its lines are, told by the name: canonical JSON in <c>.ndjson</c> and <c>.jsonl</c>, else tab-separated values.</summary>
    public UploadFormat Format =>
        JsonExtensions.Contains(Path.GetExtension(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path), StringComparer.OrdinalIgnoreCase)
            ? UploadFormat.Json
            : UploadFormat.Lines;

    /// <summary>Its size on disk in bytes; null when that is not known.</summary>
    public long? Length => path == StandardInput || !File.Exists(path) ? null : new FileInfo(path).Length;

    /// <summary>Its blocks, each ending with a line end except perhaps the last; a block is valid until the next but one is asked for.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The compressed file is damaged.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadBlocksAsync(
        ReplayProgress progress, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var source = await OpenAsync(progress, cancellationToken);
        var (block, next) = (new byte[BlockBytes], new byte[BlockBytes]);
        var filled = 0;
        while (true)
        {
            var read = await source.ReadAtLeastAsync(block.AsMemory(filled), BlockBytes - filled, throwOnEndOfStream: false, cancellationToken);
            var ended = read < BlockBytes - filled;
            filled += read;
            // A line that is longer than a block is cut: it is a bad row in any case.
            var lineEnd = block.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            var length = ended || lineEnd == 0 ? filled : lineEnd;
            if (length > 0)
                yield return block.AsMemory(0, length);
            if (ended)
                yield break;
            block.AsSpan(length, filled - length).CopyTo(next);
            filled -= length;
            (block, next) = (next, block);
        }
    }

    private async Task<Stream> OpenAsync(ReplayProgress progress, CancellationToken cancellationToken)
    {
        var file = new CountingStream(path == StandardInput ? Console.OpenStandardInput() : File.OpenRead(path), progress);
        var peeked = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 1 << 16));
        var start = await peeked.ReadAtLeastAsync(2, cancellationToken);
        var compressed = IsGZip(start.Buffer.FirstSpan);
        peeked.AdvanceTo(start.Buffer.Start);
        return compressed ? new GZipStream(peeked.AsStream(), CompressionMode.Decompress) : peeked.AsStream();
    }

    private static bool IsGZip(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];
}
