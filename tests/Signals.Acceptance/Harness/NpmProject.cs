using System.Text.Json;
using System.Text.Json.Nodes;

namespace Signals.Acceptance.Harness;

/// <summary>
/// Exact versions of npm packages, installed beside the scripts that use them in the output folder (never in the source tree).
/// Installing happens once; what is there already is used again.
/// </summary>
public sealed class NpmProject
{
    /// <summary>The official Node.js clients, unmodified.</summary>
    public static readonly NpmProject Clients = new("clients", "@snowplow/signals-node@0.2.0", "@snowplow/node-tracker@4.8.0");

    /// <summary>The official browser tracker with its plugins, unmodified, and what makes one script of them and the page's own.</summary>
    public static readonly NpmProject BrowserPage = new(
        "browser",
        "@snowplow/browser-tracker@4.10.1",
        "@snowplow/browser-plugin-snowplow-ecommerce@4.10.1",
        "@snowplow/signals-browser-plugin@0.2.1",
        "esbuild@0.25.10");

    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(3);

    private readonly string[] _packages;
    private readonly Lazy<string?> _missing;

    private NpmProject(string folder, params string[] packages)
    {
        Folder = Path.Combine(AppContext.BaseDirectory, folder);
        _packages = packages;
        _missing = new Lazy<string?>(() => InstallAsync().GetAwaiter().GetResult());
    }

    /// <summary>Folder with the scripts and, once installed, <c>node_modules</c>.</summary>
    public string Folder { get; }

    /// <summary>Why the packages cannot be used here; null when they can. The first question installs them.</summary>
    public string? Missing => _missing.Value;

    /// <summary>Runs a script with one JSON value on standard input and returns the JSON value it printed.</summary>
    public async Task<JsonNode> RunAsync(string script, JsonNode input) => JsonNode.Parse(await RunAsync([script], input.ToJsonString()))!;

    /// <summary>Makes one script for browsers out of a module and everything that it imports, and returns it.</summary>
    public Task<string> BundleAsync(string module) =>
        RunAsync([Path.Combine("node_modules", "esbuild", "bin", "esbuild"), module, "--bundle", "--format=iife", "--log-level=error"]);

    private async Task<string> RunAsync(string[] arguments, string? input = null)
    {
        var result = await ChildProcess.RunAsync("node", arguments, Folder, input);
        Assert.True(result.ExitCode == 0, $"node {string.Join(' ', arguments)} ended with {result.ExitCode}:\n{result.Errors}\n{result.Output}");
        return result.Output;
    }

    private async Task<string?> InstallAsync()
    {
        if (await FailureOfAsync("node", ["--version"]) is { } noNode)
            return $"Node.js is not installed ({noNode}).";
        if (await FailureOfAsync("npm", ["--version"]) is { } noNpm)
            return $"npm is not installed ({noNpm}).";
        var marker = Path.Combine(Folder, "node_modules", ".installed");
        var wanted = string.Join(' ', _packages);
        if (File.Exists(marker) && await File.ReadAllTextAsync(marker) == wanted)
            return null;
        await File.WriteAllTextAsync(Path.Combine(Folder, "package.json"), JsonSerializer.Serialize(new { name = $"signals-acceptance-{Path.GetFileName(Folder)}", @private = true }));
        string[] arguments = ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", .. _packages];
        if (await FailureOfAsync("npm", arguments) is { } failure)
            return $"npm could not install {wanted} ({failure}).";
        await File.WriteAllTextAsync(marker, wanted);
        return null;
    }

    private async Task<string?> FailureOfAsync(string program, string[] arguments)
    {
        try
        {
            var result = await ChildProcess.RunAsync(program, arguments, Folder, deadline: InstallDeadline);
            return result.ExitCode == 0 ? null : LastLine(result.Errors);
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return LastLine(exception.Message);
        }
    }

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "no message";
}

/// <summary>A test with the official Node.js clients; skipped, with the reason, where they cannot be installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeClientsFactAttribute : FactAttribute
{
    public NodeClientsFactAttribute() => Skip = NpmProject.Clients.Missing;
}
