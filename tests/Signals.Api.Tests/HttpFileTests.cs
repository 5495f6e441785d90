using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Access;

namespace Signals.Api.Tests;

/// <summary>The examples of docs/http really run: each request is answered with 200, or with the status that its title names.</summary>
public sealed class HttpFileTests : IAsyncLifetime
{
    private const string Organization = "00000000-0000-0000-0000-000000000001";

    private ServingHost _host = null!;

    public async Task InitializeAsync() => _host = await ServingHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Every_request_of_the_example_files_is_answered_as_its_title_says()
    {
        var key = await _host.Api.Services.GetRequiredService<ApiKeys>().CreateAsync(Organization, "examples", AccessScopes.All, default);

        foreach (var name in (string[])["health", "access", "registry", "events", "attributes", "interventions", "identities"])
        {
            var file = HttpFile.Load(Path.Combine(FolderOfExamples(), $"{name}.http"));
            file.Set("host", _host.Api.Url.ToString().TrimEnd('/'));
            file.Set("keyId", key.Key.KeyId);
            file.Set("key", key.Secret);
            file.Set("basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{key.Key.KeyId}:{key.Secret}")));
            Assert.NotEmpty(file.Requests);
            foreach (var request in file.Requests)
            {
                var status = Regex.Match(request.Title, ": ([45][0-9]{2})").Groups[1].Value;
                var expected = status.Length == 0 ? 200 : int.Parse(status, CultureInfo.InvariantCulture);
                using var answer = await file.SendAsync(request, _host.Api.Anonymous);
                Assert.True(expected == (int)answer.StatusCode, $"{name}.http, '{request.Title}': {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
    }

    [Fact]
    public void Every_example_file_is_run() =>
        Assert.Equal(
            ["access", "attributes", "events", "health", "identities", "interventions", "registry"],
            Directory.GetFiles(FolderOfExamples(), "*.http").Select(Path.GetFileNameWithoutExtension).Order());

    private static string FolderOfExamples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var examples = Path.Combine(folder.FullName, "docs", "http");
            if (Directory.Exists(examples))
                return examples;
        }
        throw new DirectoryNotFoundException("docs/http is not above the test's folder.");
    }
}
