using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

/// <summary>Bodies are hostile until read.</summary>
public sealed class JsonBodyTests
{
    [Theory]
    [InlineData("", "missing")]
    [InlineData(" ", "json_invalid")]
    [InlineData("{", "json_invalid")]
    [InlineData("{}{}", "json_invalid")]
    [InlineData("{\"a\":1,}", "json_invalid")]
    [InlineData("// x\n{}", "json_invalid")]
    [InlineData("NaN", "json_invalid")]
    [InlineData("{\"name\":\"\\ud800\"}", "json_invalid")]
    [InlineData("{\"\\udc00\":1}", "json_invalid")]
    [Trait("Row", "4")]
    public void What_is_no_JSON_is_refused_with_a_place_in_the_body(string body, string type)
    {
        Assert.False(JsonBody.TryParse(Bodies.Utf8(body), out _, out var error));

        Assert.Equal(type, error.Type);
        Assert.Equal("body", error.Loc[0]);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused()
    {
        Assert.False(JsonBody.TryParse(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }, out _, out var error));

        Assert.Equal("json_invalid", error.Type);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        string Nested(int depth) => new string('[', depth) + new string(']', depth);

        Assert.True(JsonBody.TryParse(Bodies.Utf8(Nested(JsonBody.MaxDepth)), out _, out _));
        Assert.False(JsonBody.TryParse(Bodies.Utf8(Nested(JsonBody.MaxDepth + 1)), out _, out _));
        Assert.False(JsonBody.TryParse(Bodies.Utf8(Nested(100_000)), out _, out _));
    }

    [Fact]
    public void Random_bytes_are_parsed_or_refused_but_never_throw()
    {
        var random = new Random(20260801);
        var alphabet = "{}[]\":,\\u0dn1e-. \ttrue\u00e9"u8.ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var body = new byte[random.Next(40)];
            for (var i = 0; i < body.Length; i++)
                body[i] = random.Next(20) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            if (JsonBody.TryParse(body, out var json, out _))
                DefinitionJson.TryReadAttributeGroup(json, out _, out _);
        }
    }
}
