namespace Signals.Engine.Tests.Events;

/// <summary>Public sample data that lives beside the repository, in <c>shared/data</c> of a parent folder.</summary>
public static class SampleData
{
    private static readonly Lazy<string?> Root = new(Find);

    public static bool Has(string folder) => Root.Value is { } root && Directory.Exists(Path.Combine(root, folder));

    public static string PathOf(string file) =>
        Path.Combine(Root.Value ?? throw new InvalidOperationException("There is no sample data here."), file);

    public static byte[] Bytes(string file) => File.ReadAllBytes(PathOf(file));

    /// <summary>The lines of a file of enriched events, without their line ends.</summary>
    public static IReadOnlyList<byte[]> Lines(string file)
    {
        var lines = new List<byte[]>();
        var bytes = Bytes(file);
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
            if (bytes[range] is { Length: > 0 } line)
                lines.Add(line);
        return lines;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data))
                return data;
        }
        return null;
    }
}

/// <summary>A test that needs a folder of the sample data, and is skipped where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampleDataFactAttribute : FactAttribute
{
    public SampleDataFactAttribute(string folder)
    {
        if (!SampleData.Has(folder))
            Skip = $"The sample data folder shared/data/{folder} is not here.";
    }
}

/// <summary>The same for tests with several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampleDataTheoryAttribute : TheoryAttribute
{
    public SampleDataTheoryAttribute(string folder)
    {
        if (!SampleData.Has(folder))
            Skip = $"The sample data folder shared/data/{folder} is not here.";
    }
}
