using Azure.Core;
using Azure.Identity;

namespace Signals.Functions.Tests.EventHubs;

/// <summary>Gives tokens out by number, good for an hour, unless it is told to fail.</summary>
public sealed class TestCredential(TimeProvider time) : TokenCredential
{
    private int _given;

    public int Given => _given;

    public bool Fails { get; set; }

    public IReadOnlyList<string> Scopes { get; private set; } = [];

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        if (Fails)
            throw new AuthenticationFailedException("No identity here.");
        Scopes = requestContext.Scopes;
        return ValueTask.FromResult(new AccessToken($"token-{Interlocked.Increment(ref _given)}", time.GetUtcNow() + TimeSpan.FromHours(1)));
    }

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();
}
