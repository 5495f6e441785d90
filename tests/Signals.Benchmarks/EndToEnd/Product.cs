using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Signals.Acceptance.Harness;

namespace Signals.Benchmarks.EndToEnd;

/// <summary>The local runtime in a process of its own, with the web-shop tutorial published unless told otherwise.</summary>
internal sealed class Product : IAsyncDisposable
{
    public const string Token = "local-sandbox-token";

    private const string Group = """
        {"name":"ecom_attributes","version":1,"attribute_key":{"name":"domain_userid"},"is_published":true,"attributes":[
          {"name":"count_product_views","type":"int32","aggregation":"counter",
           "events":[{"name":"snowplow_ecommerce_action","vendor":"com.snowplowanalytics.snowplow.ecommerce"}],
           "criteria":{"all":[{"property":{"type":"event","vendor":"com.snowplowanalytics.snowplow.ecommerce","name":"snowplow_ecommerce_action","major_version":1,"path":"type"},"operator":"=","value":"product_view"}]}},
          {"name":"count_add_to_cart","type":"int32","aggregation":"counter",
           "events":[{"name":"snowplow_ecommerce_action","vendor":"com.snowplowanalytics.snowplow.ecommerce"}],
           "criteria":{"all":[{"property":{"type":"event","vendor":"com.snowplowanalytics.snowplow.ecommerce","name":"snowplow_ecommerce_action","major_version":1,"path":"type"},"operator":"=","value":"add_to_cart"}]}},
          {"name":"total_cart_value","type":"float","aggregation":"sum",
           "events":[{"name":"snowplow_ecommerce_action","vendor":"com.snowplowanalytics.snowplow.ecommerce"}],
           "property":{"type":"entity","vendor":"com.snowplowanalytics.snowplow.ecommerce","name":"product","major_version":1,"path":"price","index":0},
           "criteria":{"all":[{"property":{"type":"event","vendor":"com.snowplowanalytics.snowplow.ecommerce","name":"snowplow_ecommerce_action","major_version":1,"path":"type"},"operator":"=","value":"add_to_cart"}]}}]}
        """;

    private const string Service = """{"name":"ecom_service","is_published":true,"attribute_groups":[{"name":"ecom_attributes","version":1}]}""";

    private readonly ChildProcess _process;
    private readonly string _data;

    private Product(ChildProcess process, IPEndPoint endpoint, string data)
    {
        _process = process;
        _data = data;
        Endpoint = endpoint;
        Http = new HttpClient { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromMinutes(10) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    public IPEndPoint Endpoint { get; }

    public string Address => $"http://{Endpoint}";

    public HttpClient Http { get; }

    /// <summary>Folder with its data.</summary>
    public string DataFolder => _data;

    /// <summary>Bytes of memory that the process holds.</summary>
    public long WorkingSet => Process.GetProcessById(_process.Id).WorkingSet64;

    /// <summary>Time that the process has used of all processors.</summary>
    public TimeSpan ProcessorTime => Process.GetProcessById(_process.Id).TotalProcessorTime;

    public static async Task<Product> StartAsync(IReadOnlyDictionary<string, string>? settings = null, bool withTutorial = true)
    {
        var data = Directory.CreateTempSubdirectory("signals-benchmark-").FullName;
        var endpoint = FreeEndpoint();
        var process = ChildProcess.Start("dotnet", [RepositoryLayout.Application, "--urls", $"http://{endpoint}", "--data", data], data, settings);
        var product = new Product(process, endpoint, data);
        await Eventually.ReadAsync(product.IsReadyAsync, ready => ready, "the local runtime to be ready");
        if (!withTutorial)
            return product;
        await product.PostAsync("/api/v1/registry/attribute_groups/", Group);
        await product.PostAsync("/api/v1/registry/services/", Service);
        return product;
    }

    /// <summary>Returns once every event that was sent is in the profiles.</summary>
    public Task AwaitProcessedAsync() => Eventually.ReadAsync(
        async () => JsonDocument.Parse(await Http.GetStringAsync("/health/ready")).RootElement.GetProperty("waiting").EnumerateArray().Sum(n => n.GetInt64()),
        waiting => waiting == 0, "no events to be waiting", TimeSpan.FromHours(1));

    /// <summary>Stops the process and leaves its data.</summary>
    public Task StopAsync() => _process.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Posts a definition.</summary>
    public async Task PostAsync(string path, string json)
    {
        using var answer = await Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        answer.EnsureSuccessStatusCode();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await Http.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException) when (!_process.HasExited)
        {
            return false; // nobody listens yet
        }
    }

    private static IPEndPoint FreeEndpoint()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return (IPEndPoint)probe.LocalEndpoint;
    }
}
