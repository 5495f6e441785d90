using System.Net;
using System.Text;
using System.Text.Json;
using Signals.Api.Tests.Hosting;
using Signals.Engine.Definitions;

namespace Signals.Api.Tests;

/// <summary>Spec signals-api part 8: what the endpoints do with requests; what values are is tested in the engine.</summary>
public sealed class ServingTests : IAsyncLifetime
{
    private const string Read = "/api/v1/get-online-attributes";

    private ServingHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await ServingHost.StartAsync();
        var key = new AttributeKeyDefinition { Name = "domain_userid" };
        await _host.PublishAsync(new AttributeGroupDefinition
        {
            Name = "shop",
            AttributeKey = key,
            Attributes =
            [
                new AttributeDefinition { Name = "views", Type = AttributeType.Int32, Aggregation = AggregationKind.Counter },
                new AttributeDefinition { Name = "clicks", Type = AttributeType.Int32, Aggregation = AggregationKind.Counter, DefaultValue = JsonDocument.Parse("-1").RootElement },
                new AttributeDefinition
                {
                    Name = "pages", Type = AttributeType.Int64, Aggregation = AggregationKind.ApproxCountDistinct,
                    Property = new AtomicProperty { Name = "page_url" },
                },
                new AttributeDefinition
                {
                    Name = "titles", Type = AttributeType.StringList, Aggregation = AggregationKind.UniqueList,
                    Property = new AtomicProperty { Name = "page_title" },
                },
            ],
        });
        await _host.PublishAsync(new AttributeGroupDefinition
        {
            Name = "crm",
            AttributeKey = new AttributeKeyDefinition { Name = "user_id" },
            Offline = true,
            Fields = [new FieldDefinition { Name = "tier", Type = AttributeType.String }, new FieldDefinition { Name = "score", Type = AttributeType.Double }],
            BatchSource = new BatchSource { Name = "crm", Database = "db", Schema = "s", Table = "t", TimestampField = "ts" },
        });
        await _host.PublishAsync(new ServiceDefinition { Name = "shop_service", AttributeGroups = [new VersionedName("shop", 1)] });
        await _host.StreamAsync(
            EnrichedLine.Of(columns: ("page_title", "Fruit & \"Veg\" é")),
            EnrichedLine.Of(columns: ("page_title", "Home")));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [Trait("Row", "56")]
    [Trait("Row", "57")]
    [Trait("Row", "60")]
    [Trait("Row", "61")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":["u1","nobody"]}}""")]
    [InlineData("""{"full_attribute_names":false,"unknown":[{}],"attribute_keys":{"domain_userid":["u1","nobody"]},"service":"shop_service","attributes":null}""")]
    [InlineData("""{"attributes":["shop_v1:views","shop_v1:clicks","shop_v1:pages","shop_v1:titles"],"attribute_keys":{"domain_userid":["u1","nobody"]}}""")]
    public async Task The_answer_has_the_key_column_and_one_entry_per_identifier(string body)
    {
        var (status, answer) = await PostAsync(Read, body);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"domain_userid":["u1","nobody"],"views":[2,null],"clicks":[2,-1],"pages":[0,0],"titles":[["Fruit & \"Veg\" é","Home"],null]}""", answer);
    }

    [Fact]
    [Trait("Row", "58")]
    public async Task A_single_text_counts_as_a_list_of_one_attribute()
    {
        var (status, answer) = await PostAsync(Read, """{"attributes":"views","attribute_keys":{"domain_userid":["u1"]}}""");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"domain_userid":["u1"],"views":[2]}""", answer);
    }

    [Fact]
    [Trait("Row", "63")]
    public async Task Without_a_value_there_is_null_or_the_default_and_a_distinct_count_is_0()
    {
        var (_, answer) = await PostAsync(
            Read, """{"attributes":["shop_v1:views","shop_v1:clicks","shop_v1:pages","shop_v1:titles"],"attribute_keys":{"domain_userid":["nobody"]}}""");

        Assert.Equal("""{"domain_userid":["nobody"],"views":[null],"clicks":[-1],"pages":[0],"titles":[null]}""", answer);
    }

    [Fact]
    [Trait("Row", "62")]
    public async Task Full_names_carry_group_and_version()
    {
        var (_, answer) = await PostAsync(Read, """{"attributes":["shop_v1:views"],"attribute_keys":{"domain_userid":["u1"]},"full_attribute_names":true}""");

        Assert.Equal("""{"domain_userid":["u1"],"shop_v1__views":[2]}""", answer);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("null", "object")]
    [InlineData("7", "object")]
    [InlineData("\"text\"", "object")]
    [InlineData("{}", "attribute_keys")]
    [InlineData("""{"service":"shop_service"}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":[]}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":null}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":[]}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":[null]}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":[1]}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":{"a":1}}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":["\ud800"]}}""", "attribute_keys")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"shoe_size":["44"]}}""", "shoe_size")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":["a"],"user_id":["b","c"]}}""", "user_id")]
    [InlineData("""{"service":5,"attribute_keys":{"domain_userid":["u1"]}}""", "service")]
    [InlineData("""{"service":"nothing","attribute_keys":{"domain_userid":["u1"]}}""", "nothing")]
    [InlineData("""{"attributes":{"a":1},"attribute_keys":{"domain_userid":["u1"]}}""", "attributes")]
    [InlineData("""{"attributes":[5],"attribute_keys":{"domain_userid":["u1"]}}""", "attributes")]
    [InlineData("""{"attributes":["shop_v2:views"],"attribute_keys":{"domain_userid":["u1"]}}""", "shop")]
    [InlineData("""{"attributes":["shop_v99999999999:views"],"attribute_keys":{"domain_userid":["u1"]}}""", "shop_v99999999999")]
    [InlineData("""{"service":"shop_service","attributes":["shop_v1:views"],"attribute_keys":{"domain_userid":["u1"]}}""", "either")]
    [InlineData("""{"attribute_keys":{"domain_userid":["u1"]}}""", "either")]
    [InlineData("""{"service":"shop_service","attribute_keys":{"domain_userid":["u1"]},"full_attribute_names":"yes"}""", "full_attribute_names")]
    public async Task A_request_that_does_not_fit_is_400_and_names_the_field(string body, string named)
    {
        var (status, answer) = await PostAsync(Read, body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(named, JsonDocument.Parse(answer).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    [Trait("Row", "59")]
    public async Task A_hundred_identifiers_are_read_and_one_more_is_refused()
    {
        static string Body(int count) =>
            $$$"""{"service":"shop_service","attribute_keys":{"domain_userid":[{{{string.Join(',', Enumerable.Range(1, count).Select(i => $"\"u{i}\""))}}}]}}""";

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(Read, Body(100))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(Read, Body(101))).Status);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task Deeply_nested_JSON_is_400(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 50_000)) + "1" + string.Concat(Enumerable.Repeat(close, 50_000));

        var (status, _) = await PostAsync(Read, $$"""{"service":{{deep}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    [Fact]
    public async Task Bodies_with_broken_bytes_never_fail_the_request()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var bytes = Encoding.UTF8.GetBytes("""{"attributes":["shop_v1:views"],"attribute_keys":{"domain_userid":["u1"]},"full_attribute_names":true}""");
            for (var n = 0; n < 3; n++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var answer = await _host.Client.PostAsync(Read, new ByteArrayContent(bytes));
            Assert.True((int)answer.StatusCode is 200 or 400, $"seed 5, round {i}: {answer.StatusCode}");
        }
    }

    [Fact]
    [Trait("Row", "64")]
    public async Task Pushed_values_are_read_and_a_pushed_null_deletes()
    {
        var (status, answer) = await PostAsync(
            "/api/v1/push-attributes",
            """{"group_name":"crm","group_version":1,"identifiers":["a","b"],"attributes":{"tier":["gold","tin"],"score":[1,2.5]}}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"ok":true}""", answer);
        await PostAsync("/api/v1/push-attributes", """{"group_name":"crm","group_version":1,"identifiers":["b"],"attributes":{"tier":[null]}}""");

        (_, answer) = await PostAsync(Read, """{"attributes":["crm_v1:tier","crm_v1:score"],"attribute_keys":{"user_id":["a","b"]}}""");

        Assert.Equal("""{"user_id":["a","b"],"tier":["gold",null],"score":[1.0,2.5]}""", answer);
    }

    [Theory]
    [Trait("Row", "64")]
    [InlineData("""{}""", "group_name")]
    [InlineData("""{"group_name":"crm"}""", "identifiers")]
    [InlineData("""{"group_name":"crm","identifiers":[]}""", "identifiers")]
    [InlineData("""{"group_name":"crm","identifiers":[""]}""", "identifiers")]
    [InlineData("""{"group_name":"crm","identifiers":[null]}""", "identifiers")]
    [InlineData("""{"group_name":"crm","identifiers":["a"]}""", "attributes")]
    [InlineData("""{"group_name":"crm","identifiers":["a"],"attributes":{"tier":null}}""", "tier")]
    [InlineData("""{"group_name":"crm","identifiers":["a"],"attributes":{"tier":[]}}""", "tier")]
    [InlineData("""{"group_name":"crm","identifiers":["a"],"attributes":{"tier":["x","y"]}}""", "tier")]
    [InlineData("""{"group_name":"crm","identifiers":["a"],"attributes":{"shoe":["x"]}}""", "shoe")]
    [InlineData("""{"group_name":"crm","identifiers":["a"],"attributes":{"score":["x"]}}""", "score")]
    [InlineData("""{"group_name":"crm","group_version":"1","identifiers":["a"],"attributes":{"score":[1]}}""", "group_version")]
    [InlineData("""{"group_name":"crm","group_version":2,"identifiers":["a"],"attributes":{"score":[1]}}""", "crm")]
    [InlineData("""{"group_name":"shop","identifiers":["a"],"attributes":{"views":[1]}}""", "shop")]
    public async Task A_push_that_does_not_fit_is_400_and_names_the_field(string body, string named)
    {
        var (status, answer) = await PostAsync("/api/v1/push-attributes", body);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(named, JsonDocument.Parse(answer).RootElement.GetProperty("error").GetString());
    }

    [Fact]
    [Trait("Row", "65")]
    [Trait("Row", "2")]
    public async Task A_persons_data_are_deleted_once_and_start_again_from_nothing()
    {
        Assert.Equal("""{"keys_found":true,"message":"Deleted data for domain_userid"}""", await DeleteAsync("/api/v1/domain_userid/u1"));
        Assert.Equal("""{"keys_found":false,"message":"Deleted data for domain_userid"}""", await DeleteAsync("/api/v1/domain_userid/u1/"));
        Assert.Equal("""{"domain_userid":["u1"],"views":[null]}""", (await ReadViewsAsync("u1")).Body);

        await _host.StreamAsync(EnrichedLine.Of());

        Assert.Equal("""{"domain_userid":["u1"],"views":[1]}""", (await ReadViewsAsync("u1")).Body);
    }

    [Theory]
    [Trait("Row", "65")]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("mail+tag@example.com")]
    [InlineData("Zoë ☃?#")]
    public async Task Any_identifier_can_be_deleted(string identifier)
    {
        await _host.StreamAsync(EnrichedLine.Of(columns: ("domain_userid", identifier)));

        var answer = await RawHttp.SendAsync(
            _host.Api.Url,
            $"DELETE /api/v1/domain_userid/{Uri.EscapeDataString(identifier)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ApiHost.Token}\r\nConnection: close\r\n\r\n");

        Assert.Contains("\"keys_found\":true", answer);
    }

    [Fact]
    [Trait("Row", "65")]
    public async Task An_unknown_attribute_key_is_404()
    {
        using var answer = await _host.Client.DeleteAsync("/api/v1/shoe_size/44");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"detail":"attribute key 'shoe_size' does not exist"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Deleting_a_person_does_not_shadow_the_registry()
    {
        using var answer = await _host.Client.DeleteAsync("/api/v1/registry/nothing");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"detail":"Not Found"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Reads_beside_each_other_all_get_their_own_answer()
    {
        var reads = Enumerable.Range(0, 400).Select(async i => (Id: $"x{i}", (await ReadViewsAsync($"x{i}")).Body));

        foreach (var (id, body) in await Task.WhenAll(reads))
            Assert.Equal($$"""{"domain_userid":["{{id}}"],"views":[null]}""", body);
    }

    [Fact]
    [Trait("Row", "110")]
    public async Task An_event_that_comes_again_counts_once_and_the_books_balance()
    {
        var again = EnrichedLine.Of(columns: ("domain_userid", "u2"));
        var late = EnrichedLine.Of(columns: [("domain_userid", "u2"), ("derived_tstamp", "2026-03-01 11:00:00.000")]);

        await _host.StreamAsync(again, again, "not an event", late);
        await _host.StreamAsync(again);

        Assert.Equal("""{"domain_userid":["u2"],"views":[2]}""", (await ReadViewsAsync("u2")).Body);
        var ready = JsonDocument.Parse(await _host.Client.GetStringAsync("/health/ready")).RootElement;
        Assert.Equal("""{"in":7,"applied":4,"duplicate":2,"bad":1,"late":1}""", ready.GetProperty("events").GetRawText());
        var badRows = JsonDocument.Parse(await _host.Client.GetStringAsync("/api/v1/bad-rows")).RootElement;
        Assert.Equal("""{"loader_parsing_error":1}""", badRows.GetProperty("counts").GetRawText());
    }

    private Task<(HttpStatusCode Status, string Body)> ReadViewsAsync(string id) =>
        PostAsync(Read, $$$"""{"attributes":["shop_v1:views"],"attribute_keys":{"domain_userid":["{{{id}}}"]}}""");

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string body)
    {
        using var answer = await _host.Client.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> DeleteAsync(string path)
    {
        using var answer = await _host.Client.DeleteAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
