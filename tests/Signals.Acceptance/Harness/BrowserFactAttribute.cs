namespace Signals.Acceptance.Harness;

/// <summary>A test in a browser with the official browser tracker; skipped, with the reason, where one of the two is not to be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    public BrowserFactAttribute() =>
        Skip = Chromium is null ? $"None of {string.Join(", ", Names)} is installed." : NpmProject.BrowserPage.Missing;

    /// <summary>Path of the installed Chromium; null when there is none.</summary>
    public static string? Chromium { get; } = (
        from name in Names
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        let path = Path.Combine(folder, name)
        where File.Exists(path)
        select path).FirstOrDefault();
}
