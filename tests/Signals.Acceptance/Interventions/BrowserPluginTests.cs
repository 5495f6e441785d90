using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Signals.Acceptance.Harness;
using static Signals.Acceptance.Harness.Definitions;

namespace Signals.Acceptance.Interventions;

/// <summary>A shop page in a real browser, with the unmodified browser tracker, e-commerce plugin and Signals plugin (spec signals-api 11, 16).</summary>
public sealed class BrowserPluginTests(LocalRuntime runtime) : InterventionTests(runtime)
{
    private const string Signals = "com.snowplowanalytics.signals";

    private readonly ConcurrentQueue<string> _messages = new();
    private readonly ConcurrentDictionary<string, int> _streams = new();

    [BrowserFact]
    [Trait("Row", "12")]
    [Trait("Row", "74")]
    [Trait("Row", "75")]
    [Trait("Row", "76")]
    [Trait("Row", "118")]
    public async Task A_shopper_gets_the_offer_and_what_the_plugin_says_of_it_comes_back()
    {
        var (shop, feedback, offer) = (Unique("shop"), Unique("feedback"), Unique("offer"));
        await PublishAsync(shop, feedback, offer);
        await using var server = await PageServer.StartAsync(
            await File.ReadAllTextAsync(Path.Combine(NpmProject.BrowserPage.Folder, "index.html")), await NpmProject.BrowserPage.BundleAsync("page.mjs"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = BrowserFactAttribute.Chromium,
            Args = ["--no-sandbox", "--disable-dev-shm-usage"],
        });
        var page = await browser.NewPageAsync();
        var visitor = await OpenAsync(page, $"{server.Address}/?runtime={Uri.EscapeDataString(Runtime.Address)}");

        await page.EvaluateAsync("shop.view(40); shop.view(250); shop.add(250)");
        Assert.Equal($"{offer} 250.0", await OffersAsync(page, 1));
        var id = await page.EvaluateAsync<string>("document.querySelector('#offers li').id");

        // What the plugin tracks has come back through the collector, with the intervention as an entity.
        await AwaitFeedbackAsync(feedback, visitor, "received", "1");
        await AwaitFeedbackAsync(feedback, visitor, "handled", "1");
        await AwaitFeedbackAsync(feedback, visitor, "handler", "\"show_offer\"");
        await AwaitFeedbackAsync(feedback, visitor, "handled_id", $"\"{id}\"");
        await AwaitFeedbackAsync(feedback, visitor, "handled_name", $"\"{offer}\"");
        await AwaitFeedbackAsync(feedback, visitor, "target", $"\"{visitor}\"");

        // The rule stays true: more of the same brings no second offer.
        await page.EvaluateAsync("shop.view(10); shop.add(10)");
        await Client.AwaitValueAsync(shop, 1, "domain_userid", visitor, "cart_value", "260.0");
        Assert.Equal("success", await Client.PushAsync($"domain_userid={visitor}", Unique("last")));
        Assert.StartsWith($"{offer} 250.0\nlast", await OffersAsync(page, 2), StringComparison.Ordinal);
        await AwaitFeedbackAsync(feedback, visitor, "received", "2");
        Assert.Equal("null", (await Client.ReadGroupAsync(feedback, 1, "domain_userid", [visitor], "failed"))["failed"]![0]?.ToJsonString() ?? "null");
    }

    private async Task PublishAsync(string shop, string feedback, string offer)
    {
        JsonObject Action(string type) => All(Criterion(ActionType(), "=", type));
        var action = new JsonObject { ["vendor"] = Ecommerce, ["name"] = "snowplow_ecommerce_action" };
        await Client.PutGroupAsync(Group(shop, 1, "domain_userid",
            Attribute("product_views", "int32", "counter", null, Action("product_view"), action.DeepClone().AsObject()),
            Attribute("adds_to_cart", "int32", "counter", null, Action("add_to_cart"), action.DeepClone().AsObject()),
            Attribute("cart_value", "double", "sum", EntityProperty(Ecommerce, "product", "price"), Action("add_to_cart"), action)));
        await Client.PutGroupAsync(Group(feedback, 1, "domain_userid",
            Attribute("received", "int32", "counter", events: Event(Signals, "intervention_receive", "1-0-0")),
            Attribute("handled", "int32", "counter", events: Event(Signals, "intervention_handle", "1-0-0")),
            Attribute("failed", "int32", "counter", events: Event(Signals, "intervention_handle_error", "1-0-0")),
            OfHandled("handler", EventProperty(Signals, "intervention_handle", "handler")),
            OfHandled("handled_id", EntityProperty(Signals, "intervention_instance", "intervention_id")),
            OfHandled("handled_name", EntityProperty(Signals, "intervention_instance", "name")),
            OfHandled("target", EntityProperty(Signals, "intervention_instance", "attributeKey.id"))));
        var interested = All(Condition($"{shop}:product_views", ">=", 2), Condition($"{shop}:adds_to_cart", ">=", 1), Condition($"{shop}:cart_value", ">", 100));
        await Client.PutInterventionAsync(Intervention(offer, interested, "domain_userid", "domain_sessionid")
            .With("payload_attribute_groups", new JsonArray(new JsonObject { ["name"] = shop, ["version"] = 1 })));
    }

    private static JsonObject OfHandled(string name, JsonObject property) =>
        Attribute(name, "string", "last", property, null, Event(Signals, "intervention_handle", "1-0-0"));

    /// <summary>Opens the page and returns who the tracker says is there, once the plugin's stream for exactly them is open.</summary>
    private async Task<string> OpenAsync(IPage page, string url)
    {
        page.Console += (_, message) => _messages.Enqueue($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => _messages.Enqueue(error);
        page.Response += (_, response) => _streams[response.Url] = response.Status;
        await page.GotoAsync(url);
        var visitor = await page.EvaluateAsync<Dictionary<string, string>>("shop.visitor()");
        var stream = $"{Runtime.Address}/api/v1/interventions?domain_userid={visitor["user"]}&domain_sessionid={visitor["session"]}";
        await Eventually.ReadAsync(
            () => Task.FromResult(_streams.GetValueOrDefault(stream)), status => status == 200, $"{stream} to be open, messages {string.Join('\n', _messages)}");
        return visitor["user"];
    }

    /// <summary>The offers on the page, one a line, as soon as there are so many.</summary>
    private async Task<string> OffersAsync(IPage page, int count)
    {
        var offers = await Eventually.ReadAsync(
            () => page.EvaluateAsync<string[]>("[...document.querySelectorAll('#offers li')].map(offer => offer.textContent)"),
            offers => offers.Length >= count,
            $"{count} offers, messages {string.Join('\n', _messages)}");
        return string.Join('\n', offers);
    }

    private Task<string> AwaitFeedbackAsync(string feedback, string visitor, string attribute, string expected) =>
        Client.AwaitValueAsync(feedback, 1, "domain_userid", visitor, attribute, expected);
}
