using System.Globalization;
using System.Text;

namespace Signals.Functions.Local.SampleData;

/// <summary>A product on sale.</summary>
/// <param name="Id">Article number.</param>
/// <param name="Name">Name, plain ASCII.</param>
/// <param name="Category">Category path, such as <c>shoes/running</c>.</param>
/// <param name="Cents">Price in cents.</param>
/// <param name="Json">The <c>product</c> entity in UTF-8, up to where quantity and position may follow: without the closing brace.</param>
internal sealed record Product(string Id, string Name, string Category, long Cents, byte[] Json)
{
    public string Path => $"/p/{Id.ToLowerInvariant()}";
}

/// <summary>The products of the sample shop. The same for every seed, so that definitions can name them.</summary>
internal static class ShopCatalog
{
    public const string Currency = "EUR";

    private const int ProductsPerCategory = 30;

    private static readonly (string Path, string Noun)[] CategoryNames =
    [
        ("shoes/running", "Running Shoe"), ("shoes/trail", "Trail Shoe"), ("shoes/casual", "Sneaker"), ("clothing/jackets", "Rain Jacket"),
        ("clothing/shirts", "Merino Shirt"), ("clothing/trousers", "Hiking Trousers"), ("bags/backpacks", "Daypack"), ("bags/travel", "Duffel Bag"),
        ("camping/tents", "Two-Person Tent"), ("camping/stoves", "Gas Stove"), ("electronics/watches", "Sports Watch"), ("electronics/lamps", "Headlamp"),
    ];

    private static readonly string[] Adjectives = ["Light", "Alpine", "Urban", "Classic", "Pro", "Nordic", "Summit", "Breeze", "Terra", "Aero"];
    private static readonly string[] Brands = ["Fernweh", "Kestrel & Co", "Norrsken", "Baumhaus", "Pico", "Wandel"];
    private static readonly string[] Sizes = ["S", "M", "L", "XL"];

    public static IReadOnlyList<string> Categories { get; } = [.. CategoryNames.Select(category => category.Path)];

    public static IReadOnlyList<Product> Products { get; } =
        [.. Enumerable.Range(0, CategoryNames.Length * ProductsPerCategory).Select(MakeProduct)];

    /// <summary>Popular products are chosen more often.</summary>
    public static Product Choose(ref SampleRandom random)
    {
        var u = random.NextDouble();
        return Products[(int)(u * u * Products.Count)];
    }

    /// <summary>A product of a category page.</summary>
    public static Product ProductOf(int category, int position) => Products[category + position % ProductsPerCategory * CategoryNames.Length];

    /// <summary>Decimal notation of cents without needless zeros, as JSON writers give it.</summary>
    public static string Money(long cents) => (cents / 100m).ToString("0.##", CultureInfo.InvariantCulture);

    private static Product MakeProduct(int number)
    {
        var random = SampleRandom.For(0, "product", number);
        var (category, noun) = CategoryNames[number % CategoryNames.Length];
        var id = $"SKU-{1000 + number}";
        var name = $"{random.Pick(Adjectives)} {noun}";
        var listCents = 990 + 100L * random.Below(240);
        var cents = random.Chance(0.3) ? listCents * (70 + random.Below(25)) / 100 : listCents;
        var json = $$"""
            {"id":"{{id}}","name":"{{name}}","category":"{{category}}","price":{{Money(cents)}},"list_price":{{Money(listCents)}},"currency":"{{Currency}}","brand":"{{random.Pick(Brands)}}","size":"{{random.Pick(Sizes)}}","inventory_status":"{{(random.Chance(0.9) ? "in_stock" : "few_left")}}"
            """;
        return new Product(id, name, category, cents, Encoding.UTF8.GetBytes(json));
    }
}
