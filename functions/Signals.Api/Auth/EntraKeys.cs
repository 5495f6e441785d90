using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Signals.Engine.Events;

namespace Signals.Api.Auth;

/// <summary>
/// The signing keys of a tenant by their key id. They are fetched when they are needed and kept; a token with an unknown key id has them
/// fetched again, because keys change, but not more often than once a minute, because anybody can send such a token.
/// </summary>
internal sealed partial class EntraKeys : IDisposable
{
    private const int MaxBytes = 256 * 1024;
    private const int MaxKeys = 100;
    private const int LeastKeyBits = 2048;

    private static readonly TimeSpan RefreshAfter = TimeSpan.FromHours(12);
    private static readonly TimeSpan GoodFor = TimeSpan.FromHours(48);
    private static readonly TimeSpan BetweenFetches = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenFirstFetches = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly ILogger<EntraKeys> _log;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile KeySet? _known;
    private volatile Attempt? _last;

    public EntraKeys(EntraOptions options, TimeProvider time, ILogger<EntraKeys> log)
    {
        (_address, _time, _log) = (options.KeysAddress, time, log);
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = MaxBytes };
    }

    /// <summary>The key; null when the tenant has none of this id.</summary>
    /// <exception cref="StoreUnavailableException">The keys cannot be fetched, and none are known that may still be used.</exception>
    public async ValueTask<SecurityKey?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (ShouldFetch(id))
        {
            await _turn.WaitAsync(cancellationToken);
            try
            {
                if (ShouldFetch(id))
                    await FetchAsync(cancellationToken);
            }
            finally
            {
                _turn.Release();
            }
        }
        if (_known is { } known && _time.GetUtcNow() - known.FetchedAt < GoodFor)
            return known.Keys.GetValueOrDefault(id);
        throw new StoreUnavailableException($"The signing keys at {_address}", retryAfter: null, _last?.Failure ?? new IOException("They are too old."));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _http.Dispose();
        _turn.Dispose();
    }

    private bool ShouldFetch(string id)
    {
        var now = _time.GetUtcNow();
        var wanted = _known is not { } known || now - known.FetchedAt >= RefreshAfter || !known.Keys.ContainsKey(id);
        return wanted && (_last is not { } last || now - last.At >= (_known is null ? BetweenFirstFetches : BetweenFetches));
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        try
        {
            var json = await _http.GetByteArrayAsync(_address, cancellationToken);
            _known = new KeySet(Read(json), _time.GetUtcNow());
            _last = new Attempt(_time.GetUtcNow(), Failure: null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            _last = new Attempt(_time.GetUtcNow(), error);
            FetchFailed(_log, error, _address);
        }
    }

    private static FrozenDictionary<string, SecurityKey> Read(byte[] json)
    {
        var keys = new Dictionary<string, SecurityKey>(StringComparer.Ordinal);
        foreach (var key in new JsonWebKeySet(Encoding.UTF8.GetString(json)).Keys.Take(MaxKeys))
        {
            if (key is { Kty: JsonWebAlgorithmsKeyTypes.RSA, Kid.Length: > 0, Use: null or "" or JsonWebKeyUseNames.Sig, KeySize: >= LeastKeyBits })
                keys[key.Kid] = key;
        }
        return keys.ToFrozenDictionary(StringComparer.Ordinal);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The signing keys at {Address} cannot be fetched.")]
    private static partial void FetchFailed(ILogger log, Exception error, Uri address);

    private sealed record KeySet(FrozenDictionary<string, SecurityKey> Keys, DateTimeOffset FetchedAt);

    private sealed record Attempt(DateTimeOffset At, Exception? Failure);
}
