using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 4.1.</summary>
public sealed class BlockedValuesTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("Undefined")]
    [InlineData("n/a")]
    [InlineData("(not set)")]
    [InlineData("[object Object]")]
    [InlineData("true")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("000")]
    [InlineData("---")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    [InlineData("00000000-0000-4000-A000-000000000000")]
    [InlineData("${user.id}")]
    [InlineData("{{ user }}")]
    [InlineData("%%USER%%")]
    [InlineData("<user>")]
    public void Value_of_the_default_list_identifies_nobody(string value) => Assert.True(BlockedValues.Contains(value));

    [Theory]
    [InlineData("na")]
    [InlineData("test")]
    [InlineData("nullable")]
    [InlineData("01")]
    [InlineData("10000000-0000-0000-0000-000000000000")]
    [InlineData("{user}")]
    [InlineData("%%%")]
    [InlineData("anonymous@example.com")]
    public void Only_whole_values_are_compared(string value) => Assert.False(BlockedValues.Contains(value));
}
