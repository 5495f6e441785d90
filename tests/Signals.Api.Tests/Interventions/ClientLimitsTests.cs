using System.Net;
using Microsoft.AspNetCore.Http;
using Signals.Api.Interventions;

namespace Signals.Api.Tests.Interventions;

public sealed class ClientLimitsTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::")]
    public void A_client_counts_by_its_address_and_of_IPv6_by_its_network(string address, string counted)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

        Assert.Equal(IPAddress.Parse(counted), new ClientLimits(new SubscriptionOptions()).AddressOf(context));
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("8.8.8.8, 203.0.113.9:4711", "203.0.113.9")]
    [InlineData("8.8.8.8, [2001:db8::1]:4711", "2001:db8::")]
    [InlineData("nonsense", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    public void Behind_a_proxy_the_last_address_of_its_header_counts(string header, string counted)
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Loopback } };
        context.Request.Headers["X-Forwarded-For"] = header;

        Assert.Equal(IPAddress.Parse(counted), new ClientLimits(new SubscriptionOptions { ClientAddressHeader = "X-Forwarded-For" }).AddressOf(context));
        Assert.Equal(IPAddress.Loopback, new ClientLimits(new SubscriptionOptions()).AddressOf(context));
    }
}
