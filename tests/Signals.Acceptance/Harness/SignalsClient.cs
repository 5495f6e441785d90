using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Signals.Acceptance.Harness;

/// <summary>What the product answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Text">The body.</param>
/// <param name="Headers">Headers of the answer and of its content.</param>
public sealed record Answer(int Status, string Text, ILookup<string, string> Headers)
{
    /// <summary>The body as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidDataException("The body is the JSON null.");

    /// <inheritdoc />
    public override string ToString() => $"{Status} {Text}";
}

/// <summary>The HTTP API as a client sees it, with the publishing habit of the Python SDK.</summary>
public sealed class SignalsClient(HttpClient http, Func<string> output)
{
    /// <summary>Sends a request with the sandbox token (or another one; null for none) and returns the answer, whatever it is.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string path, JsonNode? body = null, string? token = LocalRuntime.Token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await SendAsync(request);
    }

    /// <summary>Sends a request as it is.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await http.SendAsync(request);
        var headers = response.Headers.Concat(response.Content.Headers)
            .SelectMany(header => header.Value.Select(value => (header.Key, value)))
            .ToLookup(header => header.Key, header => header.value, StringComparer.OrdinalIgnoreCase);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }

    /// <summary>GET with the sandbox token; must answer 200.</summary>
    public async Task<JsonNode> GetAsync(string path) => Accepted(await SendAsync(HttpMethod.Get, path), path).Json;

    /// <summary>POST with the sandbox token; must answer 200.</summary>
    public async Task<JsonNode> PostAsync(string path, JsonNode body) => Accepted(await SendAsync(HttpMethod.Post, path, body), path).Json;

    /// <summary>Publishes (or saves, when <c>is_published</c> is false) an attribute key.</summary>
    public Task<JsonNode> PutKeyAsync(JsonObject key) => CreateOrReplaceAsync("attribute_keys", $"{key["name"]}", key);

    /// <summary>Publishes (or saves) an attribute group version.</summary>
    public Task<JsonNode> PutGroupAsync(JsonObject group) =>
        CreateOrReplaceAsync("attribute_groups", $"{group["name"]}/versions/{group["version"] ?? 1}", group);

    /// <summary>Publishes (or saves) a service.</summary>
    public Task<JsonNode> PutServiceAsync(JsonObject service) => CreateOrReplaceAsync("services", $"{service["name"]}", service);

    /// <summary>Publishes (or saves) an intervention version.</summary>
    public Task<JsonNode> PutInterventionAsync(JsonObject intervention) =>
        CreateOrReplaceAsync("interventions", $"{intervention["name"]}/versions/{intervention["version"] ?? 1}", intervention);

    /// <summary>Pushes an intervention to the identifiers that a query names (<c>key=identifier&amp;…</c>), and returns the status in the answer.</summary>
    public async Task<string> PushAsync(string query, string name)
    {
        var answer = await PostAsync($"/api/v1/interventions?{query}", new JsonObject { ["name"] = name, ["version"] = 1 });
        return answer["status"]!.GetValue<string>();
    }

    /// <summary>Reads attributes of one group version for identifiers; the answer is columns.</summary>
    public Task<JsonNode> ReadGroupAsync(string group, int version, string key, string[] identifiers, params string[] attributes) =>
        PostAsync("/api/v1/get-online-attributes", new JsonObject
        {
            ["attributes"] = new JsonArray([.. attributes.Select(attribute => JsonValue.Create($"{group}_v{version}:{attribute}"))]),
            ["attribute_keys"] = new JsonObject { [key] = Strings(identifiers) },
        });

    /// <summary>Reads a service for identifiers; the answer is columns.</summary>
    public Task<JsonNode> ReadServiceAsync(string service, string key, params string[] identifiers) =>
        PostAsync("/api/v1/get-online-attributes", new JsonObject
        {
            ["service"] = service,
            ["attribute_keys"] = new JsonObject { [key] = Strings(identifiers) },
        });

    /// <summary>Sends enriched lines through <c>POST /enriched</c>.</summary>
    public async Task<JsonNode> SendEventsAsync(params EventLine[] events)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/enriched")
        {
            Content = new StringContent(string.Concat(events.Select(line => line + "\n")), Encoding.UTF8, "text/tab-separated-values"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", LocalRuntime.Token);
        return Accepted(await SendAsync(request), "/enriched").Json;
    }

    /// <summary>Returns once the streaming engine has finished everything that was sent so far.</summary>
    public Task AwaitProcessedAsync(TimeSpan? deadline = null) => Eventually.ReadAsync(
        async () => (await GetAsync("/health/ready"))["waiting"]!.ToJsonString(),
        waiting => !waiting.Any(c => c is >= '1' and <= '9'),
        "no records to be waiting",
        deadline);

    /// <summary>Reads one attribute of one identifier until it has the value.</summary>
    public Task<string> AwaitValueAsync(string group, int version, string key, string identifier, string attribute, string expectedJson, TimeSpan? deadline = null) =>
        Eventually.ReadAsync(
            async () => (await ReadGroupAsync(group, version, key, [identifier], attribute))[attribute]![0]?.ToJsonString() ?? "null",
            value => value == expectedJson,
            $"{group}_v{version}:{attribute} of {identifier} to be {expectedJson}",
            deadline);

    private async Task<JsonNode> CreateOrReplaceAsync(string kind, string item, JsonObject definition)
    {
        var created = await SendAsync(HttpMethod.Post, $"/api/v1/registry/{kind}/", definition);
        var answer = created.Status == 400 ? await SendAsync(HttpMethod.Put, $"/api/v1/registry/{kind}/{item}", definition) : created;
        return Accepted(answer, $"{kind}/{item}").Json;
    }

    private Answer Accepted(Answer answer, string what)
    {
        Assert.True(answer.Status is 200 or 201, $"{what} answered {answer}\n{output()}");
        return answer;
    }

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
