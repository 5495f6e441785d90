using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Structure;

/// <summary>One test method as its source shows it.</summary>
/// <param name="Name"><c>Class.Method</c>.</param>
/// <param name="Rows">Rows of the acceptance list that it proves (trait <c>Row</c> on the method or its class).</param>
/// <param name="IsSkipped">Whether it carries a fixed reason to skip.</param>
public sealed record TestMethod(string Name, IReadOnlySet<int> Rows, bool IsSkipped);

/// <summary>Finds the test methods of the whole solution in their sources.</summary>
public static partial class TestSources
{
    /// <summary>All test methods by <c>Class.Method</c>.</summary>
    public static ILookup<string, TestMethod> Methods { get; } = Files().SelectMany(Read).ToLookup(test => test.Name);

    private static IEnumerable<string> Files() => Directory
        .EnumerateFiles(Path.Combine(RepositoryLayout.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static IEnumerable<TestMethod> Read(string file)
    {
        var type = "";
        var typeRows = new HashSet<int>();
        foreach (Match match in Declaration().Matches(File.ReadAllText(file)))
        {
            var attributes = match.Groups["attributes"].Value;
            var rows = Row().Matches(attributes).Select(row => int.Parse(row.Groups[1].Value)).ToHashSet();
            if (match.Groups["type"].Success)
                (type, typeRows) = (match.Groups["type"].Value, rows);
            else if (TestAttribute().IsMatch(attributes))
                yield return new TestMethod($"{type}.{match.Groups["method"].Value}", rows.Union(typeRows).ToHashSet(), FixedSkip().IsMatch(attributes));
        }
    }

    // Attributes, then a class or a method that takes the place of a test.
    [GeneratedRegex(@"(?<attributes>(^\s*\[.*\]\s*\n)*)^\s*(public|internal) ((sealed|abstract|partial|static|async|virtual|override) )*(class (?<type>\w+)|(void|Task|ValueTask|Property|bool) (?<method>\w+)\()", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"Trait\(""Row"", ""(\d+)""\)")]
    private static partial Regex Row();

    [GeneratedRegex(@"\[\w*(Fact|Theory|Property)\b")]
    private static partial Regex TestAttribute();

    [GeneratedRegex(@"\bSkip\s*=")]
    private static partial Regex FixedSkip();
}
