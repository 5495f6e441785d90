using System.Globalization;
using System.Text;

namespace Signals.Engine.Tests.Events;

/// <summary>Writes random JSON with everything that is legal in it and nothing that is nice.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] Names = ["a", "b", "c", "id", "schema", "data", "eight888", "a_long_member_name", "a_long_member_namf", "ключ", "q\"uote", "", "[0]"];
    private static readonly string[] Pieces = ["x", "{", "}", "[", "]", ",", ":", " ", "\\", "\"", "\\\"", "ü", "日本", "😀", "\\u0041", "\u0001", "/", "'", "~", "iglu:", "\ud800", "\udc00"];
    private static readonly string[] Numbers = ["0", "-0", "1", "42", "-1.5", "1e5", "1E-7", "0.1", "123456789012345678901234567890", "9007199254740993", "1.0e+10"];
    private static readonly (string Vendor, string Name)[] Schemas =
        [("com.acme", "product"), ("com.acme", "products"), ("com.acme", "getHTTPHeader"), ("org.x", "p"), ("a", "b"), ("~", "com_acme_product"), ("~", "com_acme_get_httpheader")];

    public string Envelope(bool entities) => Object(
        ("schema", String("iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1")),
        ("data", entities ? Array(random.Next(6), _ => SelfDescribing()) : SelfDescribing()));

    public string Name() => Names[random.Next(Names.Length)];

    public (string Vendor, string Name) Schema() => Schemas[random.Next(Schemas.Length - 2)];

    public string Value(int depth)
    {
        switch (random.Next(depth > 0 ? 9 : 6))
        {
            case 0: return "true";
            case 1: return "false";
            case 2: return "null";
            case 3: return Numbers[random.Next(Numbers.Length)];
            case 4: return random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture);
            case 5: return String(Text());
            case 6: return Array(random.Next(5), _ => Value(depth - 1));
            default: return Object([.. Enumerable.Range(0, random.Next(7)).Select(_ => (Name(), Value(depth - 1)))]);
        }
    }

    public string String(string text)
    {
        var json = new StringBuilder("\"");
        foreach (var c in text)
            json.Append(c switch
            {
                '"' or '\\' => "\\" + c,
                '\n' => "\\n",
                < ' ' => $"\\u{(int)c:x4}",
                _ when char.IsSurrogate(c) => $"\\u{(int)c:X4}",
                _ when random.Next(40) == 0 => $"\\u{(int)c:x4}",
                '/' when random.Next(2) == 0 => "\\/",
                _ => c.ToString(),
            });
        return json.Append('"').ToString();
    }

    private string SelfDescribing()
    {
        var (vendor, name) = Schemas[random.Next(Schemas.Length)];
        var schema = ("schema", String($"iglu:{vendor}/{name}/jsonschema/{random.Next(1, 3)}-{random.Next(3)}-{random.Next(12)}"));
        var data = ("data", random.Next(30) == 0 ? Nested(random.Next(50, 61)) : Value(5));
        return random.Next(6) switch
        {
            0 => Object(data, schema),
            1 => Object(schema, (Name(), Value(2)), data),
            2 => Object(schema, data, ("data", Value(2)), ("schema", Value(0))),
            _ => Object(schema, data),
        };
    }

    private string Text() => string.Concat(Enumerable.Range(0, random.Next(20) == 0 ? random.Next(200) : random.Next(5)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);

    private string Array(int count, Func<int, string> item) => $"[{Space()}{string.Join($"{Space()},{Space()}", Enumerable.Range(0, count).Select(item))}{Space()}]";

    private string Object(params (string Name, string Value)[] members) =>
        $"{{{Space()}{string.Join($"{Space()},{Space()}", members.Select(member => $"{String(member.Name)}{Space()}:{Space()}{member.Value}"))}{Space()}}}";

    private string Space() => random.Next(12) == 0 ? new string(random.Next(2) == 0 ? ' ' : '\n', random.Next(1, 4)) : "";
}
