using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Hostile;

/// <summary>Nothing that comes in crashes the process, stalls the stream, or disappears: it is counted, and what is bad has a bad row.</summary>
public sealed class HostileInputTests
{
    private const string Group = "hostile";

    [Fact]
    public async Task Whatever_is_sent_the_stream_goes_on_and_the_books_balance()
    {
        await using var runtime = await LocalRuntime.StartAsync();
        await runtime.Client.PutGroupAsync(Definitions.Group(Group, 1, "user_id",
            Attribute("events", "int32", "counter"),
            Attribute("deep", "string", "last", EventProperty("com.acme", "interaction", "a.a.a.a")),
            Attribute("item", "string", "last", EntityProperty("com.acme", "item", "name"))));
        var random = new Random(5);

        var lines = BadLines(random).ToList();
        foreach (var line in lines)
            await UploadAsync(runtime, [.. line, (byte)'\n'], gzip: false);
        foreach (var body in Bodies(random))
        {
            await UploadAsync(runtime, body, gzip: false);
            await UploadAsync(runtime, body, gzip: true);
            await CollectAsync(runtime, body);
        }
        var survivor = $"survivor-{Guid.NewGuid():N}";
        await runtime.Client.SendEventsAsync(new EventLine().With("user_id", survivor));
        await runtime.Client.AwaitProcessedAsync();

        await runtime.Client.AwaitValueAsync(Group, 1, "user_id", survivor, "events", "1");
        var events = (await runtime.Client.GetAsync("/health/ready"))["events"]!;
        long Count(string name) => events[name]!.GetValue<long>();
        Assert.Equal(Count("in"), Count("applied") + Count("duplicate") + Count("bad"));
        Assert.Equal(Count("bad"), (await runtime.Client.GetAsync("/api/v1/bad-rows?limit=1"))["total"]!.GetValue<long>());
        Assert.True(Count("bad") >= lines.Count, $"{lines.Count} bad lines were sent, {Count("bad")} bad rows are there.");
    }

    /// <summary>Lines that no reader can read, each in a way of its own.</summary>
    private static IEnumerable<byte[]> BadLines(Random random)
    {
        var good = Encoding.UTF8.GetBytes(Good().ToString());
        for (var i = 0; i < 40; i++)
            yield return good[..random.Next(1, good.Length - 200)];
        yield return [.. good, (byte)'\t'];
        yield return Encoding.UTF8.GetBytes(Good().With("event_id", "no uuid").ToString());
        yield return Encoding.UTF8.GetBytes(Good().With("collector_tstamp", "9999-99-99 99:99:99").ToString());
        yield return Encoding.UTF8.GetBytes(Good().With("br_cookies", "perhaps").ToString());
        yield return Encoding.UTF8.GetBytes(Good().With("unstruct_event", """{"schema":"iglu:x","data":{"schema":""").ToString());
        yield return Encoding.UTF8.GetBytes(Good().With("contexts", $$"""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":{{new string('[', 100_000)}}}""").ToString());
        yield return [0x28, 0xB5, 0x2F, 0xFD, 1, 2, 3];
    }

    /// <summary>Bodies that are no lines at all, and lines of unusual size.</summary>
    private static IEnumerable<byte[]> Bodies(Random random)
    {
        var noise = new byte[200_000];
        random.NextBytes(noise);
        yield return noise;
        yield return new byte[100_000];
        yield return "\n\r\n\n"u8.ToArray();
        yield return Encoding.UTF8.GetBytes(new string('\t', 500_000));
        yield return Encoding.UTF8.GetBytes(Good().With("page_url", new string('x', 3_000_000)) + "\n");
        yield return [.. Encoding.UTF8.GetBytes(Good().With("page_title", "broken text: ").ToString()), 0xC3, 0x28];
        yield return Encoding.UTF8.GetBytes(new string('[', 1_000_000));
        yield return """{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[{"e":"ue","p":"web","tv":"x","ue_px":"%%%"}]}"""u8.ToArray();
        yield return """{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":7}"""u8.ToArray();
    }

    private static EventLine Good() => new EventLine()
        .With("user_id", "somebody")
        .Payload("com.acme", "interaction", "1-0-0", JsonNode.Parse("""{"a":{"a":{"a":{"a":"deep"}}}}""")!)
        .Entity("com.acme", "item", "1-0-0", new JsonObject { ["name"] = "item" });

    private static async Task UploadAsync(LocalRuntime runtime, byte[] body, bool gzip)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/enriched") { Content = new ByteArrayContent(gzip ? Compress(body) : body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", LocalRuntime.Token);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/tab-separated-values");
        if (gzip)
            request.Content.Headers.ContentEncoding.Add("gzip");
        AssertAnswered(await runtime.Client.SendAsync(request), runtime);
    }

    private static async Task CollectAsync(LocalRuntime runtime, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/com.snowplowanalytics.snowplow/tp2") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        AssertAnswered(await runtime.Client.SendAsync(request), runtime);
    }

    private static void AssertAnswered(Answer answer, LocalRuntime runtime) =>
        Assert.True(answer.Status is >= 200 and < 500, $"{answer}\n{runtime.Output}");

    private static byte[] Compress(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        return compressed.ToArray();
    }
}
