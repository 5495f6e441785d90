using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Events;

namespace Signals.Api.Tests;

public sealed class BadRowTests : IAsyncLifetime
{
    private const string Path = "/api/v1/bad-rows";

    private ApiHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await ApiHost.StartAsync();
        for (var i = 0; i < 5; i++)
            await AddAsync(i, i % 2 == 0 ? "loader_parsing_error" : "size_violation", $"row {i}");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task The_newest_come_first_with_counts_by_kind()
    {
        var answer = await ReadAsync(Path);

        Assert.Equal(5, answer.GetProperty("total").GetInt64());
        Assert.Equal("""{"loader_parsing_error":3,"size_violation":2}""", answer.GetProperty("counts").GetRawText());
        Assert.Equal(["row 4", "row 3", "row 2", "row 1", "row 0"], PayloadsOf(answer));
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("next").ValueKind);
        Assert.Equal("2026-03-01T12:00:00Z", answer.GetProperty("rows")[0].GetProperty("recorded_at").GetString());
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap()
    {
        var seen = new List<string>();
        string? next = null;
        do
        {
            var answer = await ReadAsync($"{Path}?limit=2{(next is null ? "" : $"&before={next}")}");
            seen.AddRange(PayloadsOf(answer));
            next = answer.GetProperty("next").GetString();
        }
        while (next is not null);

        Assert.Equal(["row 4", "row 3", "row 2", "row 1", "row 0"], seen);
    }

    [Fact]
    public async Task One_kind_can_be_asked_for() =>
        Assert.Equal(["row 3", "row 1"], PayloadsOf(await ReadAsync($"{Path}?kind=size_violation")));

    [Fact]
    public async Task An_answer_of_large_rows_is_cut_and_goes_on_at_next()
    {
        for (var i = 5; i < 45; i++)
            await AddAsync(i, "loader_parsing_error", new string('x', 300_000));

        var answer = await ReadAsync($"{Path}?limit=1000");

        Assert.InRange(answer.GetProperty("rows").GetArrayLength(), 1, 44);
        Assert.NotNull(answer.GetProperty("next").GetString());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=1e2", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    [InlineData("before=x", "before")]
    [InlineData("before=1", "before")]
    [InlineData("before=-1-2", "before")]
    [InlineData("before=1-99999999999999999999", "before")]
    public async Task A_query_that_does_not_fit_is_400_and_names_the_parameter(string query, string named)
    {
        using var answer = await _host.Client.GetAsync($"{Path}?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith(named, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString());
    }

    private static IEnumerable<string> PayloadsOf(JsonElement answer) =>
        answer.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("row").GetProperty("data").GetProperty("payload").GetString()!);

    private async Task<JsonElement> ReadAsync(string path) => JsonDocument.Parse(await _host.Client.GetStringAsync(path)).RootElement;

    private async Task AddAsync(int sequence, string kind, string payload)
    {
        var schema = $"iglu:com.snowplowanalytics.snowplow.badrows/{kind}/jsonschema/1-0-0";
        var json = $$$"""{"schema":"{{{schema}}}","data":{"payload":"{{{payload}}}"}}""";
        await _host.Services.GetRequiredService<IBadRowStore>().AppendAsync(
            [new StoredBadRow(new LogPosition(0, sequence), schema, Encoding.UTF8.GetBytes(json), _host.Clock.GetUtcNow())], default);
    }
}
