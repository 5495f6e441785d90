using System.Net.Http.Headers;
using Azure.Core;

namespace Signals.Functions.EventHubs;

/// <summary>The token that opens the hubs: got when it is needed, kept until shortly before it ends, asked for by one caller at a time.</summary>
internal sealed class HubCredential(TokenCredential credential, TimeProvider time) : IDisposable
{
    private static readonly TokenRequestContext Request = new(["https://eventhubs.azure.net/.default"]);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private AccessToken? _token;

    /// <summary>The header of a request.</summary>
    public async ValueTask<AuthenticationHeaderValue> GetHeaderAsync(CancellationToken cancellationToken)
    {
        if (Valid() is { } known)
            return known;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Valid() is { } meanwhile)
                return meanwhile;
            _token = await credential.GetTokenAsync(Request, cancellationToken);
            return Header(_token.Value);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Forgets a token that the service has refused.</summary>
    public void Forget() => _token = null;

    /// <inheritdoc />
    public void Dispose() => _turn.Dispose();

    private AuthenticationHeaderValue? Valid() => _token is { } token && time.GetUtcNow() < token.ExpiresOn - RenewBefore ? Header(token) : null;

    private static AuthenticationHeaderValue Header(AccessToken token) => new("Bearer", token.Token);
}
