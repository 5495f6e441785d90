using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Spec signals-api, sections 2.3 and 14.3.</summary>
public sealed class JsonPathTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("$.a", "a")]
    [InlineData("$a", "a")]
    [InlineData("a.b_c.d-e", "a.b_c.d-e")]
    [InlineData("a[0]", "a.[0]")]
    [InlineData("$.a[12][3].b", "a.[12].[3].b")]
    [InlineData("[1].a", "[1].a")]
    [InlineData("$[1]", "[1]")]
    [InlineData("ключ", "ключ")]
    public void Members_and_indexes_are_read(string text, string canonical)
    {
        Assert.True(JsonPath.TryParse(text, out var path, out var error), error);
        Assert.Equal(canonical, path.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("$.")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("a[")]
    [InlineData("a[]")]
    [InlineData("a[-1]")]
    [InlineData("a[*]")]
    [InlineData("a[1:2]")]
    [InlineData("a['b']")]
    [InlineData("a[\"b\"]")]
    [InlineData("a[0]b")]
    [InlineData("a.[0]")]
    [InlineData("a[99999999999]")]
    [InlineData("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.a.b.c.d.e.f.g")]
    public void Everything_else_is_refused_with_a_reason(string text)
    {
        Assert.False(JsonPath.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Spellings_of_one_path_are_equal()
    {
        JsonPath.TryParse("$.a[0]", out var left, out _);
        JsonPath.TryParse("a[0]", out var right, out _);

        Assert.Equal(left, right);
        Assert.Equal(left!.GetHashCode(), right!.GetHashCode());
    }
}
