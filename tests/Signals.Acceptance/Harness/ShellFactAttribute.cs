namespace Signals.Acceptance.Harness;

/// <summary>A test that runs commands as a reader of the documents would; skipped where there is no bash or no curl.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShellFactAttribute : FactAttribute
{
    private static readonly string? Missing = new[] { "bash", "curl" }
        .FirstOrDefault(program => !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program))));

    public ShellFactAttribute() => Skip = Missing is null ? null : $"{Missing} is not installed.";
}
