using System.Net;
using System.Net.Sockets;

namespace Signals.Api.Webhooks;

/// <summary>
/// Tells addresses of the public internet from all others (the special-purpose registries of IANA), so that nobody can have this
/// process call into the network it runs in.
/// </summary>
internal static class PublicAddress
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",

            // The address at which every Azure machine finds the platform it runs on: public in form only.
            "168.63.129.16/32",

            // Within 2000::/3, which alone is public: protocol assignments with Teredo and ORCHID, documentation, 6to4, AS112, SRv6.
            "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork PublicIpv6 = IPNetwork.Parse("2000::/3");

    /// <summary>Whether an address is one of the public internet.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !PublicIpv6.Contains(address))
            return false;
        return !Array.Exists(NotPublic, network => network.Contains(address));
    }
}
