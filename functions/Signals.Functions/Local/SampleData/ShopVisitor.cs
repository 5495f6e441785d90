namespace Signals.Functions.Local.SampleData;

/// <summary>A browser, its software and its screen.</summary>
internal sealed record Device(
    string UserAgent, string Family, string Version, string Os, int ScreenWidth, int ScreenHeight, int ViewWidth, int ViewHeight)
{
    public string ParsedEntity { get; } =
        "{\"schema\":\"iglu:com.snowplowanalytics.snowplow/ua_parser_context/jsonschema/1-0-0\",\"data\":{" +
        $"\"useragentFamily\":\"{Family}\",\"useragentMajor\":\"{Version}\",\"useragentVersion\":\"{Family} {Version}.0\"," +
        $"\"osFamily\":\"{Os}\",\"osVersion\":\"{Os}\",\"deviceFamily\":\"Other\"}}}}";
}

/// <summary>Where a visitor is.</summary>
internal sealed record Place(string Country, string Region, string City, string Zip, string Latitude, string Longitude, string RegionName, string TimeZone, string Language);

/// <summary>One of the browsers that visit the shop. Everything about it follows from the seed and its number.</summary>
internal sealed class ShopVisitor
{
    private static readonly Device[] Devices =
    [
        new("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36", "Chrome", "126", "Windows", 1920, 1080, 1903, 969),
        new("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "Safari", "17", "Mac OS X", 1440, 900, 1440, 764),
        new("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Mobile Safari", "17", "iOS", 390, 844, 390, 664),
        new("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome Mobile", "126", "Android", 412, 915, 412, 784),
        new("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox", "127", "Linux", 2560, 1440, 2544, 1287),
        new("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge", "126", "Windows", 1536, 864, 1521, 730),
    ];

    private static readonly Place[] Places =
    [
        new("DE", "BE", "Berlin", "10115", "52.5323", "13.3846", "Land Berlin", "Europe/Berlin", "de-DE"),
        new("DE", "BY", "München", "80331", "48.1371", "11.5761", "Bavaria", "Europe/Berlin", "de-DE"),
        new("GB", "ENG", "London", "EC1A", "51.5161", "-0.0949", "England", "Europe/London", "en-GB"),
        new("FR", "IDF", "Paris", "75001", "48.8607", "2.3281", "Ile-de-France", "Europe/Paris", "fr-FR"),
        new("ES", "MD", "Madrid", "28001", "40.4259", "-3.6868", "Madrid", "Europe/Madrid", "es-ES"),
        new("GR", "A1", "Piraeus", "185 35", "37.9441", "23.6433", "Attica", "Europe/Athens", "el-GR"),
        new("US", "NY", "New York", "10001", "40.7484", "-73.9967", "New York", "America/New_York", "en-US"),
        new("JP", "13", "東京", "100-0001", "35.6852", "139.7528", "Tokyo", "Asia/Tokyo", "ja-JP"),
    ];

    public ShopVisitor(int seed, int number)
    {
        var random = SampleRandom.For(seed, "visitor", number);
        Number = number;
        DomainUserId = random.NextGuid().ToString();
        NetworkUserId = random.NextGuid().ToString();
        Device = random.Pick(Devices);
        Place = random.Pick(Places);
        Address = $"203.0.{random.Below(256)}.{1 + random.Below(254)}";
        ClockSkewMicroseconds = (random.Below(20_001) - 10_000) * 1000L;
        // Every fifth browser is a second device of the customer before.
        var customer = number % 5 == 4 ? number - 1 : number;
        IsCustomer = SampleRandom.For(seed, "customer", customer).Chance(0.4);
        CustomerId = $"customer-{customer:D7}";
    }

    public int Number { get; }

    public string DomainUserId { get; }

    public string NetworkUserId { get; }

    public Device Device { get; }

    public Place Place { get; }

    public string Address { get; }

    /// <summary>How far the clock of the device is ahead of the true time.</summary>
    public long ClockSkewMicroseconds { get; }

    /// <summary>Whether the visitor has an account and may log in.</summary>
    public bool IsCustomer { get; }

    public string CustomerId { get; }
}
