namespace Signals.Acceptance.Harness;

/// <summary>Where things stand in the repository that this test assembly was built from.</summary>
public static class RepositoryLayout
{
    private const string Solution = "Signals.Functions.sln";

    /// <summary>Folder of the solution.</summary>
    public static string Root { get; } = FindAbove(folder => File.Exists(Path.Combine(folder, Solution)))
        ?? throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds {Solution}.");

    /// <summary>Folder with the public sample data (a sibling of the repository); null where it is not there.</summary>
    public static string? SharedData { get; } = FindAbove(folder => Directory.Exists(Path.Combine(folder, "shared", "data"))) is { } parent
        ? Path.Combine(parent, "shared", "data")
        : null;

    /// <summary><c>Debug</c> or <c>Release</c>, whichever this assembly was built as.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>The built application, of the same configuration as the tests.</summary>
    public static string Application { get; } = Path.Combine(
        Root, "functions", "Signals.Functions", "bin", Configuration, Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Signals.Functions.dll");

    private static string? FindAbove(Func<string, bool> holdsIt)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (holdsIt(folder.FullName))
                return folder.FullName;
        }
        return null;
    }
}
