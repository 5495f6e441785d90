using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Signals.Acceptance.Harness;

/// <summary>
/// The product as its users run it: the built application in a process of its own, on a free loopback port, with its data
/// in a folder of its own. Ends with the test, also when the test fails.
/// </summary>
public sealed class LocalRuntime : IAsyncLifetime, IAsyncDisposable
{
    /// <summary>The sandbox token that the local runtime accepts unless told otherwise.</summary>
    public const string Token = "local-sandbox-token";

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly string _data;
    private readonly bool _ownsData;
    private readonly bool _ownsStores;
    private RuntimeStores? _stores;
    private ChildProcess? _process;
    private HttpClient? _http;

    /// <summary>Makes one with a data folder of its own.</summary>
    public LocalRuntime() => (_data, _ownsData, _ownsStores) = (NewFolder(), true, true);

    private LocalRuntime(string? data, RuntimeStores stores) => (_data, _ownsData, _stores) = (data ?? NewFolder(), data is null, stores);

    /// <summary>Where it listens, without a trailing slash.</summary>
    public string Address { get; } = $"http://127.0.0.1:{FreePort()}";

    /// <summary>Its data folder.</summary>
    public string DataFolder => _data;

    /// <summary>An HTTP client for its address, with the sandbox token.</summary>
    public SignalsClient Client => new(_http ?? throw new InvalidOperationException("Not started."), () => Output);

    /// <summary>What it printed so far.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Its process id.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("Not started.");

    /// <summary>Starts one; for tests that do not share a fixture.</summary>
    public static Task<LocalRuntime> StartAsync() => StartAsync(new LocalRuntime());

    /// <summary>Starts a second one on the data of this one.</summary>
    public Task<LocalRuntime> StartBesideAsync() => StartAsync(new LocalRuntime(_data, _stores!));

    /// <summary>
    /// Starts a second one with a data folder of its own, as on another machine; what the two share is what their stores share.
    /// </summary>
    public Task<LocalRuntime> StartElsewhereAsync() => StartAsync(new LocalRuntime(null, _stores!));

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        _http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromSeconds(60) };
        try
        {
            _stores ??= await RuntimeStores.StartAsync();
            await StartProcessAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Uploads enriched lines. False when the process went away before it answered: it may have taken them.</summary>
    public async Task<bool> TryUploadAsync(string lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/enriched") { Content = new StringContent(lines, Encoding.UTF8, "text/tab-separated-values") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        try
        {
            var answer = await Client.SendAsync(request);
            Assert.True(answer.Status == 200, $"/enriched answered {answer}\n{Output}");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Ends the process as a crash would.</summary>
    public async Task CrashAsync()
    {
        _process!.Kill();
        await StopAsync();
    }

    /// <summary>Stops the process in good order.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>Ends the process as a crash would and starts it again on the same data.</summary>
    public async Task CrashAndRestartAsync()
    {
        await CrashAsync();
        await StartProcessAsync();
    }

    /// <summary>Stops the process in good order and starts it again on the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartProcessAsync();
    }

    /// <summary>Runs one of the application's command line verbs to its end.</summary>
    public static Task<ProcessResult> RunVerbAsync(IEnumerable<string> arguments, string? folder = null, TimeSpan? deadline = null) =>
        ChildProcess.RunAsync("dotnet", [RepositoryLayout.Application, .. arguments], folder ?? Path.GetTempPath(), deadline: deadline);

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();

    /// <inheritdoc cref="IAsyncLifetime.DisposeAsync" />
    public async Task DisposeAsync()
    {
        await StopAsync();
        _http?.Dispose();
        if (_ownsStores && _stores is not null)
            await _stores.DisposeAsync();
        if (_ownsData)
            Directory.Delete(_data, recursive: true);
    }

    private static async Task<LocalRuntime> StartAsync(LocalRuntime runtime)
    {
        await runtime.InitializeAsync();
        return runtime;
    }

    private async Task StartProcessAsync()
    {
        var process = ChildProcess.Start(
            "dotnet", [RepositoryLayout.Application, "--urls", Address, "--data", _data], _data, _stores!.Environment);
        _process = process;
        var watch = Stopwatch.StartNew();
        while (!await IsReadyAsync())
        {
            if (process.HasExited)
                throw new InvalidOperationException($"The local runtime ended while it started:\n{Output}");
            if (watch.Elapsed > StartDeadline)
                throw new TimeoutException($"The local runtime was not ready within {StartDeadline.TotalSeconds} s:\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http!.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // nobody listens yet
        }
    }

    private static string NewFolder() => Directory.CreateTempSubdirectory("signals-acceptance-").FullName;

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
