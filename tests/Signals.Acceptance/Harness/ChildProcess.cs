using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Signals.Acceptance.Harness;

/// <summary>What a finished program left behind.</summary>
public sealed record ProcessResult(int ExitCode, string Output, string Errors);

/// <summary>A process that a test started: its output is kept, and it never outlives the tests.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private const int OutputLines = 400;
    private const int SignalTerminate = 15;

    private static readonly ConcurrentDictionary<int, ChildProcess> Running = new();
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    static ChildProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var child in Running.Values)
            child.Kill();
    };

    private ChildProcess(Process process) => _process = process;

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it printed, standard output and error together.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts a program that goes on until it is stopped.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var child = new ChildProcess(new Process { StartInfo = Describe(program, arguments, folder, environment) });
        child._process.OutputDataReceived += (_, line) => child.Keep(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.Keep(line.Data);
        child._process.Start();
        Running[child.Id] = child;
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program.</exception>
    /// <exception cref="TimeoutException">It did not end in time; it has been killed.</exception>
    public static async Task<ProcessResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string folder,
        string? input = null,
        TimeSpan? deadline = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = Describe(program, arguments, folder, environment);
        start.RedirectStandardInput = true;
        await using var child = new ChildProcess(Process.Start(start)!);
        Running[child.Id] = child;
        var output = child._process.StandardOutput.ReadToEndAsync();
        var errors = child._process.StandardError.ReadToEndAsync();
        if (input is not null)
            await child._process.StandardInput.WriteAsync(input);
        child._process.StandardInput.Close();
        using var limit = new CancellationTokenSource(deadline ?? TimeSpan.FromMinutes(2));
        try
        {
            await child._process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            child.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end in time.\n{await output}\n{await errors}");
        }
        return new ProcessResult(child._process.ExitCode, await output, await errors);
    }

    /// <summary>Ends it at once, as a crash would (SIGKILL).</summary>
    public void Kill()
    {
        try
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended between the question and the kill.
        }
    }

    /// <summary>Asks it to stop (SIGTERM) and waits; kills it when it does not.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows())
        {
            _ = SendSignal(Id, SignalTerminate);
            using var grace = new CancellationTokenSource(GracePeriod);
            await _process.WaitForExitAsync(grace.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
        Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Running.TryRemove(Id, out _);
        _process.Dispose();
    }

    private static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        // The test host sets variables for its own runtime; a child must not inherit them.
        start.Environment.Remove("DOTNET_STARTUP_HOOKS");
        start.Environment.Remove("ASPNETCORE_URLS");
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        while (_output.Count > OutputLines)
            _output.TryDequeue(out _);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int SendSignal(int processId, int signal);
}
