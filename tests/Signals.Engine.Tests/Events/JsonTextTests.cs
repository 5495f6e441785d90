using System.Buffers;
using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("""a\"\\\/\b\f\n\r\tz""", "a\"\\/\b\f\n\r\tz")]
    [InlineData("""\u00e4\u00E4\u65e5""", "ää日")]
    [InlineData("""\ud83d\ude00""", "😀")]
    [InlineData("""\ud83d""", "\uFFFD")]
    [InlineData("""\ud83dx""", "\uFFFDx")]
    [InlineData("""\ude00\ud83d""", "\uFFFD\uFFFD")]
    [InlineData("""\ud83d\ud83d\ude00""", "\uFFFD😀")]
    [InlineData("""\u0000""", "\0")]
    public void Escapes_are_resolved(string escaped, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(escaped);
        var target = new byte[bytes.Length];

        Assert.True(JsonText.TryUnescape(bytes, target, out var length));
        Assert.Equal(text, Encoding.UTF8.GetString(target.AsSpan(0, length)));
        Assert.Equal(text, JsonText.ToString(bytes));
        Assert.True(JsonText.HasValidEscapes(bytes));
    }

    [Theory]
    [InlineData("""\""")]
    [InlineData("""\x""")]
    [InlineData("""\u12""")]
    [InlineData("""\u12g4""")]
    [InlineData("""\u+123""")]
    [InlineData("""\u 123""")]
    [InlineData("""\U0041""")]
    public void Malformed_escapes_are_found(string escaped)
    {
        var bytes = Encoding.UTF8.GetBytes(escaped);

        Assert.False(JsonText.TryUnescape(bytes, new byte[bytes.Length], out _));
        Assert.False(JsonText.HasValidEscapes(bytes));
        Assert.Equal("\uFFFD", JsonText.ToString(bytes));
    }

    [Fact]
    public void A_target_that_is_too_short_is_refused() => Assert.Throws<ArgumentException>(() => JsonText.TryUnescape("abc"u8, new byte[2], out _));

    [Theory]
    [InlineData("0", true)]
    [InlineData("-0.5e+10", true)]
    [InlineData("10", true)]
    [InlineData("1E5", true)]
    [InlineData("", false)]
    [InlineData("-", false)]
    [InlineData("01", false)]
    [InlineData("+1", false)]
    [InlineData("1.", false)]
    [InlineData(".5", false)]
    [InlineData("1e", false)]
    [InlineData("1x", false)]
    [InlineData("NaN", false)]
    public void Numbers_follow_the_grammar_of_JSON(string text, bool number) => Assert.Equal(number, JsonText.IsNumber(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("{ }", "{}")]
    [InlineData(" {\t\"a b\" :\r\n[ 1 , \"c \\\" d\\\\\" ] } ", """{"a b":[1,"c \" d\\"]}""")]
    [InlineData("\" \"", "\" \"")]
    public void White_space_outside_strings_is_left_out(string json, string compact)
    {
        var target = new ArrayBufferWriter<byte>();

        JsonText.Compact(Encoding.UTF8.GetBytes(json), target);

        Assert.Equal(compact, Encoding.UTF8.GetString(target.WrittenSpan));
    }
}
