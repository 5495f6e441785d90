namespace Signals.Acceptance.Harness;

/// <summary>A test over the public sample data; skipped where the data is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (RepositoryLayout.SharedData is null)
            Skip = "The folder shared/data is not beside the repository.";
    }
}
