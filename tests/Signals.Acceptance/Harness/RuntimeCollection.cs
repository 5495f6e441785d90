namespace Signals.Acceptance.Harness;

/// <summary>Tests that share one running product; each uses definitions and identifiers of its own.</summary>
[CollectionDefinition(Name)]
public sealed class RuntimeCollection : ICollectionFixture<LocalRuntime>
{
    public const string Name = "one local runtime";
}
