using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Structure;

/// <summary><c>docs/compatibility.md</c> says what works. These tests keep it honest.</summary>
public sealed partial class CompatibilityListTests
{
    private const int RowCount = 119;

    private static readonly IReadOnlyList<ListRow> Rows = [.. File
        .ReadLines(Path.Combine(RepositoryLayout.Root, "docs", "compatibility.md"))
        .Select(line => RowLine().Match(line))
        .Where(match => match.Success)
        .Select(match => new ListRow(
            int.Parse(match.Groups["number"].Value),
            match.Groups["state"].Value,
            [.. TestName().Matches(match.Groups["tests"].Value).Select(test => test.Groups[1].Value)]))];

    [Fact]
    public void Every_row_of_the_acceptance_list_is_there_once() =>
        Assert.Equal(Enumerable.Range(1, RowCount), Rows.Select(row => row.Number));

    [Fact]
    public void A_row_is_done_when_it_names_tests_and_later_when_it_names_none() =>
        Violations.None(Rows.Where(row => row.State != (row.Tests.Count > 0 ? "done" : "later")).Select(row => $"{row.Number}: {row.State}"));

    [Fact]
    public void Every_named_test_exists_and_is_not_switched_off() =>
        Violations.None(Rows.SelectMany(row => row.Tests).Where(test => !TestSources.Methods[test].Any(method => !method.IsSkipped)));

    [Fact]
    public void Every_named_test_says_itself_which_row_it_proves() =>
        Violations.None(Rows.SelectMany(row => row.Tests
            .Where(test => !TestSources.Methods[test].Any(method => method.Rows.Contains(row.Number)))
            .Select(test => $"{row.Number}: {test}")));

    [GeneratedRegex(@"^\| (?<number>\d+) \| .* \| (?<state>\w+) \| (?<tests>.*)\|$")]
    private static partial Regex RowLine();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex TestName();

    private sealed record ListRow(int Number, string State, IReadOnlyList<string> Tests);
}
