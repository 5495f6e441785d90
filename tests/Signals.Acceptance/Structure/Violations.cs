namespace Signals.Acceptance.Structure;

/// <summary>Asserts that a rule is kept, and names every place where it is not.</summary>
internal static class Violations
{
    public static void None(IEnumerable<string> violations) => Assert.Equal("", string.Join('\n', violations));
}
