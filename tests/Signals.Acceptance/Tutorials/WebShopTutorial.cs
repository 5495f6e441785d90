using System.Text.Json.Nodes;
using Signals.Acceptance.Harness;

namespace Signals.Acceptance.Tutorials;

/// <summary>Snowplow's web-shop tutorial: product views, add-to-carts and the cart's value per browser, read through a service.</summary>
[Collection(RuntimeCollection.Name)]
public sealed class WebShopTutorial(LocalRuntime runtime)
{
    private const string ActionSchema = "iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2";
    private const string ProductSchema = "iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0";

    private const string Group = """
        {"name":"ecom_attributes","version":1,"owner":"you@example.com",
         "attribute_key":{"name":"domain_userid","description":"The domain user ID for the user.","key":"domain_userid","is_published":false},
         "attributes":[
          {"name":"count_product_views","type":"int32","aggregation":"counter",
           "events":[{"name":"snowplow_ecommerce_action","vendor":"com.snowplowanalytics.snowplow.ecommerce","version":"1-0-2"}],
           "criteria":{"all":[{"property":{"type":"event","vendor":"com.snowplowanalytics.snowplow.ecommerce",
             "name":"snowplow_ecommerce_action","major_version":1,"path":"type"},"operator":"=","value":"product_view"}]}},
          {"name":"count_add_to_cart","type":"int32","aggregation":"counter",
           "events":[{"name":"snowplow_ecommerce_action","vendor":"com.snowplowanalytics.snowplow.ecommerce","version":"1-0-2"}],
           "criteria":{"all":[{"property":{"type":"event","vendor":"com.snowplowanalytics.snowplow.ecommerce",
             "name":"snowplow_ecommerce_action","major_version":1,"path":"type"},"operator":"=","value":"add_to_cart"}]}},
          {"name":"total_cart_value","type":"float","aggregation":"sum",
           "events":[{"name":"snowplow_ecommerce_action","vendor":"com.snowplowanalytics.snowplow.ecommerce","version":"1-0-2"}],
           "property":{"type":"entity","vendor":"com.snowplowanalytics.snowplow.ecommerce","name":"product","major_version":1,
             "path":"price","index":0},
           "criteria":{"all":[{"property":{"type":"event","vendor":"com.snowplowanalytics.snowplow.ecommerce",
             "name":"snowplow_ecommerce_action","major_version":1,"path":"type"},"operator":"=","value":"add_to_cart"}]}}],
         "online":true,"offline":false,"is_published":true}
        """;

    private const string Service = """
        {"name":"ecom_service","owner":"you@example.com","attribute_groups":[{"name":"ecom_attributes","version":1}],"is_published":true}
        """;

    [NodeClientsFact]
    [Trait("Row", "16")]
    [Trait("Row", "21")]
    [Trait("Row", "93")]
    [Trait("Row", "117")]
    public async Task Views_carts_and_cart_value_follow_the_shopper_live()
    {
        await PublishAsync();
        var shopper = Guid.NewGuid().ToString();

        await TrackAsync(shopper, ("product_view", 42.5), ("product_view", 19.25), ("add_to_cart", 19.25));
        await AwaitAsync(shopper, views: 2, adds: 1, value: 19.25);

        await TrackAsync(shopper, ("product_view", 80), ("add_to_cart", 80));
        await AwaitAsync(shopper, views: 3, adds: 2, value: 99.25);
    }

    [NodeClientsFact]
    [Trait("Row", "59")]
    public async Task A_batch_reads_every_shopper_in_the_order_asked()
    {
        await PublishAsync();
        string[] shoppers = [Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), Guid.NewGuid().ToString()];
        await TrackAsync(shoppers[0], ("product_view", 1));
        await TrackAsync(shoppers[2], ("product_view", 1), ("product_view", 1));

        var request = new JsonObject
        {
            ["name"] = "ecom_service",
            ["attribute_key"] = "domain_userid",
            ["identifiers"] = new JsonArray([.. shoppers.Select(shopper => JsonValue.Create(shopper))]),
        };
        await Eventually.ReadAsync(
            () => ReadAsync("getBatchServiceAttributes", request),
            read => read["count_product_views"]!.ToJsonString() == "[1,null,2]",
            "product views [1,null,2]");
    }

    [NodeClientsFact]
    [Trait("Row", "57")]
    public async Task Single_attributes_are_read_from_the_group()
    {
        await PublishAsync();
        var shopper = Guid.NewGuid().ToString();
        await TrackAsync(shopper, ("add_to_cart", 12.5));

        var request = new JsonObject
        {
            ["name"] = "ecom_attributes",
            ["version"] = 1,
            ["attributes"] = new JsonArray("total_cart_value"),
            ["attribute_key"] = "domain_userid",
            ["identifier"] = shopper,
        };
        await Eventually.ReadAsync(
            () => ReadAsync("getGroupAttributes", request), read => read["total_cart_value"]?.GetValue<double>() == 12.5, "a cart of 12.5");
    }

    private async Task PublishAsync()
    {
        await runtime.Client.PutGroupAsync(JsonNode.Parse(Group)!.AsObject());
        await runtime.Client.PutServiceAsync(JsonNode.Parse(Service)!.AsObject());
    }

    private async Task TrackAsync(string shopper, params (string Type, double Price)[] actions)
    {
        var input = new JsonObject
        {
            ["collector"] = runtime.Address,
            ["appId"] = "shop",
            ["domainUserId"] = shopper,
            ["events"] = new JsonArray([.. actions.Select(action => new JsonObject
            {
                ["schema"] = ActionSchema,
                ["data"] = new JsonObject { ["type"] = action.Type },
                ["entities"] = new JsonArray(new JsonObject
                {
                    ["schema"] = ProductSchema,
                    ["data"] = new JsonObject { ["id"] = "SKU-42", ["category"] = "shoes", ["price"] = action.Price, ["currency"] = "EUR" },
                }),
            })]),
        };
        var result = await NpmProject.Clients.RunAsync("track.mjs", input);
        Assert.Equal(actions.Length, result["sent"]!.GetValue<int>());
    }

    private Task<JsonNode> AwaitAsync(string shopper, int views, int adds, double value) => Eventually.ReadAsync(
        () => ReadAsync("getServiceAttributes", new JsonObject { ["name"] = "ecom_service", ["attribute_key"] = "domain_userid", ["identifier"] = shopper }),
        read => read["count_product_views"]?.GetValue<int>() == views
            && read["count_add_to_cart"]?.GetValue<int>() == adds
            && read["total_cart_value"]?.GetValue<double>() == value,
        $"{views} views, {adds} adds and a cart of {value}");

    private Task<JsonNode> ReadAsync(string method, JsonObject request) => NpmProject.Clients.RunAsync("read.mjs", new JsonObject
    {
        ["baseUrl"] = runtime.Address,
        ["token"] = LocalRuntime.Token,
        ["method"] = method,
        ["request"] = request.DeepClone(),
    });
}
