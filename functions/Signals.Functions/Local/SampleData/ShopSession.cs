using Signals.Engine.Events;

namespace Signals.Functions.Local.SampleData;

/// <summary>What a visitor does next.</summary>
internal enum ShopAction
{
    PageView,
    PagePing,
    Search,
    ListView,
    ProductView,
    AddToCart,
    RemoveFromCart,
    CheckoutStep,
    Transaction,
}

/// <summary>How a visit came about.</summary>
internal sealed record Campaign(string Medium, string Source, string Name, string Content, string Term, string ClickId, string Network, string ReferrerHost, string ReferrerMedium, string ReferrerSource);

/// <summary>A product in the cart.</summary>
internal readonly record struct CartItem(Product Product, int Quantity);

/// <summary>
/// One visit to the shop: looks at pages, puts products into the cart, may log in and buy, and leaves. It is asked for one
/// action at a time; the properties then say what surrounds that action.
/// </summary>
internal sealed class ShopSession(ShopVisitor visitor, int index, Guid id, EventTime start, Campaign? campaign)
{
    private const int MaxCartItems = 6;

    private readonly List<CartItem> _cart = [];
    private ShopAction _last;
    private bool _started;

    public ShopVisitor Visitor => visitor;

    /// <summary>Number of the visit among those of its visitor, from 1.</summary>
    public int Index => index;

    public string Id { get; } = id.ToString();

    public Campaign? Campaign => campaign;

    /// <summary>When the current action happens.</summary>
    public EventTime Now { get; private set; }

    /// <summary>When the visitor will go on, or has left.</summary>
    public EventTime NextAt { get; private set; } = start;

    public bool IsLoggedIn { get; private set; }

    /// <summary>Identity of the current page view.</summary>
    public Guid PageId { get; private set; }

    public string Path { get; private set; } = "/";

    public string? PreviousPath { get; private set; }

    public string Title { get; private set; } = "Home";

    /// <summary>Kind of the current page, as the <c>page</c> entity names it.</summary>
    public string PageType { get; private set; } = "homepage";

    /// <summary>Category of the current page, when it is a list.</summary>
    public int Category { get; private set; }

    /// <summary>Product that the current action is about.</summary>
    public CartItem Item { get; private set; }

    public IReadOnlyList<CartItem> Cart => _cart;

    public long CartCents { get; private set; }

    /// <summary>Step of the checkout, from 1; 0 before it.</summary>
    public int Step { get; private set; }

    /// <summary>Goes on to the next action; false when the visitor has left.</summary>
    public bool TryAct(ref SampleRandom random, out ShopAction action)
    {
        Now = NextAt;
        NextAt = new EventTime(Now.UnixMicroseconds + 1_000_000 + (long)random.Exponential(14_000_000));
        if (!_started)
            return Do(Start(ref random), out action);
        if (_last == ShopAction.Transaction || (Step == 0 && _last != ShopAction.PageView && random.Chance(0.2)))
        {
            action = default;
            return false;
        }
        return Do(Next(ref random), out action);
    }

    private bool Do(ShopAction next, out ShopAction action)
    {
        _last = action = next;
        return true;
    }

    private ShopAction Start(ref SampleRandom random)
    {
        _started = true;
        IsLoggedIn = visitor.IsCustomer && index > 1 && random.Chance(0.4);
        return random.Chance(0.4) ? OpenProduct(ref random) : random.Chance(0.5) ? OpenCategory(ref random) : Open(ref random, "/", "Home", "homepage");
    }

    private ShopAction Next(ref SampleRandom random)
    {
        if (_last == ShopAction.PageView && PageType == "product details")
            return ShopAction.ProductView;
        if (_last == ShopAction.PageView && PageType == "product list")
            return ShopAction.ListView;
        if (Step > 0)
            return ContinueCheckout(ref random);

        var mood = random.NextDouble();
        if (mood < 0.2)
            return ShopAction.PagePing;
        if (mood < 0.23)
            return ShopAction.Search;
        if (mood < 0.45 && PageType == "product details" && _cart.Count < MaxCartItems)
            return Add(ref random);
        if (mood < 0.5 && _cart.Count > 0)
            return Remove(ref random);
        if (mood < 0.62 && _cart.Count > 0)
            return BeginCheckout(ref random);
        return mood < 0.85 ? OpenProduct(ref random) : OpenCategory(ref random);
    }

    private ShopAction Open(ref SampleRandom random, string path, string title, string type)
    {
        (PreviousPath, Path, Title, PageType) = (_started && PageId != default ? Path : null, path, title, type);
        PageId = random.NextGuid();
        return ShopAction.PageView;
    }

    private ShopAction OpenProduct(ref SampleRandom random)
    {
        Item = new CartItem(ShopCatalog.Choose(ref random), 1);
        return Open(ref random, Item.Product.Path, Item.Product.Name, "product details");
    }

    private ShopAction OpenCategory(ref SampleRandom random)
    {
        Category = random.Below(ShopCatalog.Categories.Count);
        var category = ShopCatalog.Categories[Category];
        return Open(ref random, $"/c/{category}", category, "product list");
    }

    private ShopAction Add(ref SampleRandom random)
    {
        Item = Item with { Quantity = random.Chance(0.85) ? 1 : 2 + random.Below(3) };
        _cart.Add(Item);
        CartCents += Item.Product.Cents * Item.Quantity;
        return ShopAction.AddToCart;
    }

    private ShopAction Remove(ref SampleRandom random)
    {
        var place = random.Below(_cart.Count);
        Item = _cart[place];
        _cart.RemoveAt(place);
        CartCents -= Item.Product.Cents * Item.Quantity;
        return ShopAction.RemoveFromCart;
    }

    private ShopAction BeginCheckout(ref SampleRandom random)
    {
        Step = 1;
        IsLoggedIn |= visitor.IsCustomer && random.Chance(0.9);
        return Open(ref random, "/checkout", "Checkout", "checkout");
    }

    private ShopAction ContinueCheckout(ref SampleRandom random)
    {
        if (_last == ShopAction.PageView)
            return ShopAction.CheckoutStep;
        if (Step < 3)
        {
            Step++;
            return ShopAction.CheckoutStep;
        }
        // Some leave at the till: they go back to looking.
        if (random.Chance(0.7))
            return ShopAction.Transaction;
        Step = 0;
        return OpenProduct(ref random);
    }
}
