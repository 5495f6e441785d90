using Signals.Engine.Events;

namespace Signals.Functions.Local.SampleData;

/// <summary>Writes the JSON columns of shop events (spec enriched-events 4 and 12).</summary>
internal static class ShopEntities
{
    private const string Ecommerce = "com.snowplowanalytics.snowplow.ecommerce";
    private const string PageView = "page_view";
    private const int ListLength = 4;

    private static readonly string[] PaymentMethods = ["card", "paypal", "invoice"];
    private static readonly string[] ActionTypes = new string[Enum.GetValues<ShopAction>().Length];

    static ShopEntities()
    {
        ActionTypes[(int)ShopAction.ListView] = "list_view";
        ActionTypes[(int)ShopAction.ProductView] = "product_view";
        ActionTypes[(int)ShopAction.AddToCart] = "add_to_cart";
        ActionTypes[(int)ShopAction.RemoveFromCart] = "remove_from_cart";
        ActionTypes[(int)ShopAction.CheckoutStep] = "checkout_step";
        ActionTypes[(int)ShopAction.Transaction] = "transaction";
    }

    /// <summary>Name of the action as the ecommerce event carries it; null when it is another kind of event.</summary>
    public static string? TypeOf(ShopAction action) => ActionTypes[(int)action];

    public static void WriteContexts(LineWriter line, ShopSession session, ShopAction action, ref SampleRandom random)
    {
        line.Utf8("""{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1","data":[{"schema":"iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0","data":{"id":" """u8[..^1])
            .Uuid(session.PageId).Utf8("\"}}"u8);
        Entity(line, "page").Utf8("\"type\":\""u8).Text(session.PageType).Utf8("\",\"language\":\""u8).Text(session.Visitor.Place.Language).Utf8("\"}}"u8);
        if (session.IsLoggedIn)
            WriteUser(line, session);
        WriteOfAction(line, session, action, ref random);
        line.Utf8("]}"u8);
    }

    public static void WriteEvent(LineWriter line, ShopSession session, ShopAction action)
    {
        line.Utf8("""{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2","data":{"type":" """u8[..^1])
            .Text(TypeOf(action)!);
        if (action == ShopAction.ListView)
            line.Utf8("\",\"name\":\""u8).Text(ShopCatalog.Categories[session.Category]);
        line.Utf8("\"}}}"u8);
    }

    private static void WriteOfAction(LineWriter line, ShopSession session, ShopAction action, ref SampleRandom random)
    {
        switch (action)
        {
            case ShopAction.ListView:
                for (var i = 0; i < ListLength; i++)
                    WriteProduct(line, ShopCatalog.ProductOf(session.Category, i), quantity: 0, position: i + 1);
                break;
            case ShopAction.ProductView:
                WriteProduct(line, session.Item.Product, quantity: 0, position: 0);
                break;
            case ShopAction.AddToCart or ShopAction.RemoveFromCart:
                WriteProduct(line, session.Item.Product, session.Item.Quantity, position: 0);
                WriteCart(line, session);
                break;
            case ShopAction.CheckoutStep:
                WriteStep(line, session);
                break;
            case ShopAction.Transaction:
                foreach (var item in session.Cart)
                    WriteProduct(line, item.Product, item.Quantity, position: 0);
                WriteTransaction(line, session, ref random);
                break;
        }
    }

    private static void WriteProduct(LineWriter line, Product product, int quantity, int position)
    {
        line.Utf8(""","""u8).Utf8("""{"schema":"iglu:com.snowplowanalytics.snowplow.ecommerce/product/jsonschema/1-0-0","data":"""u8).Utf8(product.Json);
        if (quantity > 0)
            line.Utf8(",\"quantity\":"u8).Number(quantity);
        if (position > 0)
            line.Utf8(",\"position\":"u8).Number(position);
        line.Utf8("}}"u8);
    }

    private static void WriteCart(LineWriter line, ShopSession session) =>
        Entity(line, "cart").Utf8("\"cart_id\":\"cart-"u8).Text(session.Id).Utf8("\",\"total_value\":"u8).Text(ShopCatalog.Money(session.CartCents))
            .Utf8(",\"currency\":\"EUR\"}}"u8);

    private static void WriteStep(LineWriter line, ShopSession session)
    {
        Entity(line, "checkout_step").Utf8("\"step\":"u8).Number(session.Step);
        if (session.Step == 2)
            line.Utf8(",\"delivery_provider\":\"Parcel Post\",\"delivery_method\":\"standard\",\"shipping_postcode\":\""u8).Text(session.Visitor.Place.Zip).Utf8("\""u8);
        else if (session.Step == 1)
            line.Utf8(",\"account_type\":"u8).Utf8(session.IsLoggedIn ? "\"existing\""u8 : "\"guest\""u8);
        line.Utf8("}}"u8);
    }

    private static void WriteTransaction(LineWriter line, ShopSession session, ref SampleRandom random) =>
        Entity(line, "transaction").Utf8("\"transaction_id\":\"order-"u8).Hex(random.Next()).Utf8("\",\"revenue\":"u8).Text(ShopCatalog.Money(session.CartCents))
            .Utf8(",\"currency\":\"EUR\",\"payment_method\":\""u8).Text(random.Pick(PaymentMethods))
            .Utf8("\",\"total_quantity\":"u8).Number(session.Cart.Sum(item => item.Quantity))
            .Utf8(",\"tax\":"u8).Text(ShopCatalog.Money(session.CartCents * 19 / 119)).Utf8(",\"shipping\":4.9}}"u8);

    private static void WriteUser(LineWriter line, ShopSession session) =>
        Entity(line, "user").Utf8("\"id\":\""u8).Text(session.Visitor.CustomerId).Utf8("\",\"is_guest\":false,\"email\":\""u8)
            .Text(session.Visitor.CustomerId).Utf8("@example.com\"}}"u8);

    private static LineWriter Entity(LineWriter line, string name) =>
        line.Utf8(",{\"schema\":\"iglu:com.snowplowanalytics.snowplow.ecommerce/"u8).Text(name).Utf8("/jsonschema/1-0-0\",\"data\":{"u8);
}
