namespace Signals.Engine.Identities;

/// <summary>What the store said of a batch.</summary>
internal sealed class Answers
{
    /// <summary>All were answered.</summary>
    public Answers(ResolutionResult[] results) => Results = results;

    /// <summary>None was answered.</summary>
    public Answers(int count)
    {
        Results = new ResolutionResult[count];
        Missing = [.. Enumerable.Range(0, count)];
    }

    /// <summary>Some were answered; null stands for those that were not.</summary>
    public Answers(ResolutionResult?[] results)
    {
        Results = Array.ConvertAll(results, result => result ?? default);
        Missing = [.. Enumerable.Range(0, results.Length).Where(index => results[index] is null)];
    }

    /// <summary>One result per event, in order.</summary>
    public ResolutionResult[] Results { get; }

    /// <summary>The events whose results say nothing yet.</summary>
    public IReadOnlyList<int> Missing { get; } = [];
}
