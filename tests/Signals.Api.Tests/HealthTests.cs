using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Signals.Api.Health;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Events;

namespace Signals.Api.Tests;

public sealed class HealthTests
{
    [Fact]
    [Trait("Row", "10")]
    public async Task Health_all_names_both_dependencies()
    {
        await using var host = await ApiHost.StartAsync();

        using var answer = await host.Anonymous.GetAsync("/health-all");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"status":"ok","dependencies":{"storage":"ok","feature_server":"ok"}}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    [Trait("Row", "10")]
    public async Task Health_all_is_503_of_the_same_shape_when_the_storage_fails()
    {
        await using var host = await ApiHost.StartAsync();
        host.Log.BeforeAppend = () => throw new IOException("disk");

        using var answer = await host.Anonymous.GetAsync("/health-all");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("""{"status":"down","dependencies":{"storage":"down","feature_server":"ok"}}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    [Trait("Row", "10")]
    public async Task Health_all_reports_a_stopped_loop_as_the_feature_server()
    {
        await using var host = await ApiHost.StartAsync(services: s => s.AddSingleton<IReadinessProbe>(new StoppedLoop()));

        using var answer = await host.Anonymous.GetAsync("/health-all");

        Assert.Equal("""{"status":"down","dependencies":{"storage":"ok","feature_server":"down"}}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Ready_says_which_part_is_down_and_why()
    {
        await using var host = await ApiHost.StartAsync(services: s => s.AddSingleton<IReadinessProbe>(new StoppedLoop()));

        using var answer = await host.Anonymous.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var streaming = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("checks").GetProperty("streaming");
        Assert.Equal("down", streaming.GetProperty("status").GetString());
        Assert.Equal("stopped", streaming.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Ready_counts_the_records_that_wait_in_each_partition()
    {
        await using var host = await ApiHost.StartAsync();
        var chunk = new LogChunkBuilder();
        for (var i = 0; i < 5; i++)
            chunk.Add(LogRecordKind.EnrichedLine, "x"u8);
        await host.Log.AppendAsync(1, chunk.ToChunk(), default);
        await host.Log.SaveCheckpointAsync(1, 1, default);

        var answer = JsonDocument.Parse(await host.Anonymous.GetStringAsync("/health/ready")).RootElement;

        Assert.Equal("[0,3,0]", answer.GetProperty("waiting").GetRawText());
    }

    [Fact]
    public async Task Ready_says_nothing_of_what_waits_where_the_log_cannot_be_read()
    {
        await using var host = await ApiHost.StartAsync(services: s => s.RemoveAll<IEventLog>());

        var answer = JsonDocument.Parse(await host.Anonymous.GetStringAsync("/health/ready")).RootElement;

        Assert.False(answer.TryGetProperty("waiting", out _));
        Assert.Equal("ok", answer.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/")]
    public async Task Liveness_and_the_index_need_no_storage(string path)
    {
        await using var host = await ApiHost.StartAsync();
        host.Log.BeforeAppend = () => throw new IOException("disk");

        using var answer = await host.Anonymous.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.ValueKind);
    }

    private sealed class StoppedLoop : IReadinessProbe
    {
        public string Name => "streaming";

        public ValueTask<Readiness> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new Readiness(false, "stopped"));
    }
}
