using System.Net;
using System.Net.Sockets;

namespace Signals.Api.Interventions;

/// <summary>Counts open subscriptions per client address and in all.</summary>
internal sealed class ClientLimits(SubscriptionOptions options)
{
    private const int Ipv6NetworkBytes = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private int _total;

    /// <summary>Counts one more; the status with which it is refused when that is too many.</summary>
    public int? Enter(IPAddress address)
    {
        lock (_gate)
        {
            var open = _perAddress.GetValueOrDefault(address);
            if (open >= options.MaxPerAddress)
                return StatusCodes.Status429TooManyRequests;
            if (_total >= options.MaxTotal)
                return StatusCodes.Status503ServiceUnavailable;
            _perAddress[address] = open + 1;
            _total++;
            return null;
        }
    }

    /// <summary>Counts one less.</summary>
    public void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _total--;
            if (--_perAddress[address] == 0)
                _perAddress.Remove(address);
        }
    }

    /// <summary>
    /// The address that a request counts for: of IPv6 the /64 network, all of which one client can have; behind a proxy the address
    /// that the proxy put at the end of its header.
    /// </summary>
    public IPAddress AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (options.ClientAddressHeader is { } header && TryReadLast(context.Request.Headers[header].ToString(), out var forwarded))
            address = forwarded;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(Ipv6NetworkBytes).Clear();
        return new IPAddress(bytes);
    }

    private static bool TryReadLast(string list, out IPAddress address)
    {
        address = IPAddress.None;
        var last = list[(list.LastIndexOf(',') + 1)..].Trim();
        if (!IPEndPoint.TryParse(last, out var endPoint))
            return false;
        address = endPoint.Address;
        return true;
    }
}
