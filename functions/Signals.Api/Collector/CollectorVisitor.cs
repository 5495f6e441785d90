using System.Net;

namespace Signals.Api.Collector;

/// <summary>Who sent a request to the collector: the network user id with its cookie, and the address (spec enriched-events 8.3, 8.4).</summary>
/// <param name="NetworkUserId">The id as it goes into the event; it is not a UUID when the sender gave something else.</param>
/// <param name="IpAddress">The sender's address; <c>unknown</c> for an anonymous request.</param>
/// <param name="IsAnonymous">Whether the sender asked not to be recognised.</param>
internal readonly record struct CollectorVisitor(string NetworkUserId, string IpAddress, bool IsAnonymous)
{
    private const string AnonymousHeader = "SP-Anonymous";
    private const int MaxIdLength = 256;

    private static readonly TimeSpan CookieLife = TimeSpan.FromDays(365);

    /// <summary>Recognises the sender.</summary>
    public static CollectorVisitor Of(HttpRequest request, string cookieName)
    {
        if (request.Headers.ContainsKey(AnonymousHeader))
            return new CollectorVisitor(Guid.Empty.ToString(), "unknown", IsAnonymous: true);

        var given = request.Query["nuid"].ToString();
        if (given.Length == 0)
            given = request.Cookies[cookieName] ?? "";
        if (given.Length == 0)
            given = Guid.NewGuid().ToString();
        return new CollectorVisitor(given.Length > MaxIdLength ? given[..MaxIdLength] : given, AddressOf(request), IsAnonymous: false);
    }

    /// <summary>Renews the cookie, or takes it away from a sender who wants to be anonymous.</summary>
    public void WriteCookie(HttpContext context, string cookieName, TimeProvider time)
    {
        // A browser sends a third-party cookie only when it is Secure, and takes a Secure one only over HTTPS.
        var secure = context.Request.IsHttps;
        var options = new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            Secure = secure,
            SameSite = secure ? SameSiteMode.None : SameSiteMode.Lax,
            Expires = time.GetUtcNow() + CookieLife,
        };
        if (!IsAnonymous)
            context.Response.Cookies.Append(cookieName, Guid.TryParse(NetworkUserId, out var id) ? id.ToString() : Guid.NewGuid().ToString(), options);
        else if (context.Request.Cookies.ContainsKey(cookieName))
            context.Response.Cookies.Delete(cookieName, options);
    }

    private static string AddressOf(HttpRequest request)
    {
        if (TryReadAddress(FirstOf(request.Headers["X-Forwarded-For"].ToString()), out var address))
            return address;
        var forwarded = FirstOf(request.Headers["Forwarded"].ToString()).Split(';')
            .Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("for=", StringComparison.OrdinalIgnoreCase));
        if (forwarded is not null && TryReadAddress(forwarded[4..].Trim('"'), out address))
            return address;
        var peer = request.HttpContext.Connection.RemoteIpAddress;
        return (peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer)?.ToString() ?? "unknown";
    }

    private static string FirstOf(string list) => list.Split(',', 2)[0].Trim();

    /// <summary>Reads an address, also with a port behind it.</summary>
    private static bool TryReadAddress(string text, out string address)
    {
        address = "";
        if (text.Length is 0 or > 64 || !IPEndPoint.TryParse(text, out var endPoint))
            return false;
        address = endPoint.Address.ToString();
        return true;
    }
}
