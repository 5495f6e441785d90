using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec enriched-events, section 7.</summary>
public sealed class PlaceholderIdentifiersTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", true)]
    [InlineData("00000000-0000-4000-A000-000000000000", true)]
    [InlineData("00000000-0000-4000-a000-000000000000", true)]
    [InlineData("00000000-0000-0000-0000-000000000001", false)]
    [InlineData("unknown", false)]
    [InlineData("0", false)]
    [InlineData("u1", false)]
    public void Values_that_identify_nobody_are_known(string value, bool placeholder) =>
        Assert.Equal(placeholder, PlaceholderIdentifiers.Contains(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Unknown_identifies_nobody_as_an_address_only()
    {
        Assert.True(PlaceholderIdentifiers.Contains("unknown"u8, AtomicColumns.UserIpaddress));
        Assert.False(PlaceholderIdentifiers.Contains("unknown"u8, AtomicColumns.UserId));
    }
}
