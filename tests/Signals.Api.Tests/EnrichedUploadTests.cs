using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Ingest;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Events;

namespace Signals.Api.Tests;

public sealed class EnrichedUploadTests : IAsyncLifetime
{
    private const string Tsv = "text/tab-separated-values";

    private ApiHost _host = null!;

    public async Task InitializeAsync() =>
        _host = await ApiHost.StartAsync(new SignalsApiOptions { MaxEnrichedBodyBytes = 8 * 1024 * 1024, MaxConcurrentUploads = 2 });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Lines_are_in_the_log_as_they_are_and_counted()
    {
        var first = EnrichedLine.Of();
        var second = EnrichedLine.Of(columns: ("page_title", "Schöne Grüße"));

        var (status, answer) = await PostAsync($"{first}\nnot an event\n{second}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"accepted":2,"bad":1}""", answer);
        Assert.Equivalent(new[] { first, "not an event", second }, _host.Log.Texts(LogRecordKind.EnrichedLine), strict: true);
    }

    [Fact]
    public async Task Windows_line_ends_and_blank_lines_are_tolerated()
    {
        var line = EnrichedLine.Of();

        var (_, answer) = await PostAsync($"\r\n{line}\r\n\n\r\n{line}\r\n\n");

        Assert.Equal("""{"accepted":2,"bad":0}""", answer);
        Assert.All(_host.Log.Texts(LogRecordKind.EnrichedLine), text => Assert.Equal(line, text));
    }

    [Fact]
    public async Task A_gzip_body_is_unpacked()
    {
        var (status, answer) = await PostAsync(GZip(EnrichedLine.Of() + "\n" + EnrichedLine.Of()), Tsv, "gzip");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"accepted":2,"bad":0}""", answer);
    }

    [Fact]
    public async Task The_order_of_the_lines_of_one_visitor_is_kept_over_many_chunks()
    {
        var lines = Enumerable.Range(0, 12000).Select(i => EnrichedLine.Of(columns: ("page_title", $"{i}"))).ToList();

        var (_, answer) = await PostAsync(string.Join('\n', lines));

        Assert.Equal("""{"accepted":12000,"bad":0}""", answer);
        Assert.True(_host.Log.Appends > 1);
        Assert.Equal(lines, _host.Log.Texts(LogRecordKind.EnrichedLine));
    }

    [Fact]
    public async Task The_answer_waits_for_the_log()
    {
        var durable = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        _host.Log.BeforeAppend = () =>
        {
            reached.TrySetResult();
            return durable.Task;
        };

        var post = PostAsync(EnrichedLine.Of());
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(post.IsCompleted);
        durable.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await post).Status);
    }

    [Fact]
    public async Task A_log_that_fails_is_503_with_what_is_durable()
    {
        _host.Log.BeforeAppend = () => throw new IOException("disk full");

        var (status, answer) = await PostAsync(EnrichedLine.Of());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal(0, JsonDocument.Parse(answer).RootElement.GetProperty("accepted").GetInt64());
        Assert.NotEmpty(JsonDocument.Parse(answer).RootElement.GetProperty("error").GetString()!);
    }

    [Theory]
    [InlineData(LineReader.MaxLineBytes, 0)]
    [InlineData(LineReader.MaxLineBytes + 1, 1)]
    [InlineData(3 * LineReader.MaxLineBytes, 1)]
    public async Task A_line_over_the_limit_is_a_size_violation_and_the_next_line_is_read(int length, int violations)
    {
        var line = EnrichedLine.Of();

        var (status, answer) = await PostAsync($"{new string('x', length)}\r\n{line}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"accepted":1,"bad":1}""", answer);
        Assert.Contains(line, _host.Log.Texts(LogRecordKind.EnrichedLine));
        var rows = _host.Log.Texts(LogRecordKind.BadRow);
        Assert.Equal(violations, rows.Count);
        foreach (var row in rows)
        {
            var json = JsonDocument.Parse(row).RootElement;
            Assert.Contains("size_violation", json.GetProperty("schema").GetString());
            Assert.Equal(length, json.GetProperty("data").GetProperty("failure").GetProperty("actualSizeBytes").GetInt64());
        }
    }

    [Fact]
    public async Task A_body_over_the_limit_is_413_and_says_how_far_it_came()
    {
        var line = EnrichedLine.Of() + "\n";
        var body = string.Concat(Enumerable.Repeat(line, 9 * 1024 * 1024 / line.Length));

        var (status, answer) = await PostAsync(GZip(body), Tsv, "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        var accepted = JsonDocument.Parse(answer).RootElement.GetProperty("accepted").GetInt64();
        Assert.Equal(_host.Log.Records.Count, accepted);
        Assert.InRange(accepted, 1, body.Length / line.Length);
    }

    [Fact]
    public async Task A_gzip_bomb_is_413()
    {
        var (status, _) = await PostAsync(GZip(new string('\n', 16 * 1024 * 1024)), Tsv, "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Empty(_host.Log.Records);
    }

    [Fact]
    public async Task A_body_that_is_not_gzip_is_400()
    {
        var (status, answer) = await PostAsync(Encoding.UTF8.GetBytes(EnrichedLine.Of()), Tsv, "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("gzip", answer);
    }

    [Fact]
    public async Task A_gzip_body_that_is_cut_short_is_400()
    {
        var lines = string.Join('\n', Enumerable.Range(0, 500).Select(_ => EnrichedLine.Of()));

        var (status, answer) = await PostAsync(GZip(lines)[..^200], Tsv, "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(_host.Log.Records.Count, JsonDocument.Parse(answer).RootElement.GetProperty("accepted").GetInt64() + JsonDocument.Parse(answer).RootElement.GetProperty("bad").GetInt64());
    }

    [Theory]
    [InlineData("application/json", "", "Content-Type")]
    [InlineData("application/x-www-form-urlencoded", "", "Content-Type")]
    [InlineData("", "", "Content-Type")]
    [InlineData(Tsv, "br", "Content-Encoding")]
    public async Task Another_content_type_or_encoding_is_415(string type, string encoding, string named)
    {
        var (status, answer) = await PostAsync("x"u8.ToArray(), type, encoding);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, status);
        Assert.Contains(named, answer);
    }

    [Fact]
    public async Task Random_bytes_are_bad_rows_and_nothing_else()
    {
        var bytes = new byte[200_000];
        new Random(7).NextBytes(bytes);

        var (status, answer) = await PostAsync(bytes, Tsv, "");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(0, JsonDocument.Parse(answer).RootElement.GetProperty("accepted").GetInt64());
        Assert.Equal(_host.Log.Records.Count, JsonDocument.Parse(answer).RootElement.GetProperty("bad").GetInt64());
    }

    [Fact]
    public async Task Canonical_JSON_is_taken_as_a_line_and_broken_JSON_as_a_bad_row()
    {
        var id = Guid.NewGuid();
        var good = $$"""{"app_id":"shop","event_id":"{{id}}","collector_tstamp":"2026-03-01T11:59:00.000Z","v_collector":"c","v_etl":"e","domain_userid":"u1"}""";

        var (status, answer) = await PostAsync(Encoding.UTF8.GetBytes($"{good}\n{{\"app_id\":\n[]\n"), "application/x-ndjson", "");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"accepted":1,"bad":2}""", answer);
        Assert.Contains(id.ToString(), Assert.Single(_host.Log.Texts(LogRecordKind.EnrichedLine)));
        Assert.Equal(2, _host.Log.Texts(LogRecordKind.BadRow).Count);
    }

    [Fact]
    public async Task Uploads_beside_each_other_lose_nothing()
    {
        var bodies = Enumerable.Range(0, 8).Select(_ => string.Join('\n', Enumerable.Range(0, 1500).Select(_ => EnrichedLine.Of())));

        var answers = await Task.WhenAll(bodies.Select(b => PostAsync(b)));

        Assert.All(answers, a => Assert.Equal("""{"accepted":1500,"bad":0}""", a.Body));
        Assert.Equal(8 * 1500, _host.Log.Records.Count);
    }

    [Fact]
    public async Task An_aborted_upload_keeps_the_whole_lines_and_frees_its_slot()
    {
        for (var i = 0; i < 4; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, _host.Url.Port);
            var head = $"POST /enriched HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ApiHost.Token}\r\nContent-Type: {Tsv}\r\nContent-Length: 100000\r\n\r\n";
            await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + EnrichedLine.Of() + "\n" + EnrichedLine.Of()[..50]));
            await socket.GetStream().FlushAsync();
        }

        var (status, _) = await PostAsync(EnrichedLine.Of());

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(_host.Log.Texts(LogRecordKind.EnrichedLine), text => Assert.Equal(131, text.Split('\t').Length));
    }

    [Fact]
    public async Task An_upload_that_trickles_is_cut_off_with_408()
    {
        await using var host = await ApiHost.StartAsync(services: s => s.Configure<KestrelServerOptions>(
            kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(1_000_000, TimeSpan.FromSeconds(2))));

        var answer = await RawHttp.SendAsync(
            host.Url,
            $"POST /enriched HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ApiHost.Token}\r\nContent-Type: {Tsv}\r\nContent-Length: 100000\r\n\r\nabc\n");

        Assert.StartsWith("HTTP/1.1 408", answer);
        Assert.Contains("\"accepted\":0,\"bad\":1", answer);
    }

    private Task<(HttpStatusCode Status, string Body)> PostAsync(string text) => PostAsync(Encoding.UTF8.GetBytes(text), Tsv, "");

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(byte[] body, string type, string encoding)
    {
        using var content = new ByteArrayContent(body);
        if (type.Length > 0)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding.Length > 0)
            content.Headers.ContentEncoding.Add(encoding);
        using var answer = await _host.Client.PostAsync("/enriched", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static byte[] GZip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
