using FsCheck;
using FsCheck.Fluent;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, section 5.</summary>
public sealed class SnowplowIdTests
{
    private static readonly Identifier Alice = new("user_id", "alice@company.com");

    [Fact]
    public void Text_and_bytes_lead_back_to_the_id() => Prop.ForAll<ulong, ulong>((high, low) =>
    {
        var id = new SnowplowId(high, low);
        Span<byte> bytes = stackalloc byte[16];
        id.WriteBytes(bytes);
        Assert.True(SnowplowId.TryParse(id.ToString(), out var parsed));
        Assert.Equal((id, id), (parsed, SnowplowId.FromBytes(bytes)));
        Assert.Matches("^sp_[A-Z2-7]{25}[AEIMQUY4]$", id.ToString());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Ids_compare_as_their_texts_do() => Prop.ForAll<ulong, ulong, ulong>((a, b, c) =>
    {
        var (one, other) = (new SnowplowId(a, b), new SnowplowId(c % 3 == 0 ? a : c, b ^ c));
        Assert.Equal(Math.Sign(string.CompareOrdinal(one.ToString(), other.ToString())), Math.Sign(one.CompareTo(other)));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("sp_abcdefghijklmnopqrstuvwxyz", true)]
    [InlineData("sp_ABCDEFGHIJKLMNOPQRSTUV2347", true)]
    [InlineData("sp_ABCDEFGHIJKLMNOPQRSTUVWXY", false)]
    [InlineData("sp_ABCDEFGHIJKLMNOPQRSTUVWXYZA", false)]
    [InlineData("sp_ABCDEFGHIJKLMNOPQRSTUVWXY1", false)]
    [InlineData("SP_ABCDEFGHIJKLMNOPQRSTUVWXYZ", false)]
    [InlineData("sp_ABCDEFGHIJKLMNOPQRSTUVWXYÄ", false)]
    [InlineData("", false)]
    public void Texts_of_the_pattern_are_read_in_either_case(string text, bool expected) =>
        Assert.Equal(expected, SnowplowId.TryParse(text, out _));

    [Fact]
    public void Case_does_not_matter()
    {
        Assert.True(SnowplowId.TryParse("sp_f57dnsr3dbnhjo2rab7fdykzuy", out var id));
        Assert.Equal("sp_F57DNSR3DBNHJO2RAB7FDYKZUY", id.ToString());
    }

    [Fact]
    public void Secret_changes_every_id_and_marks_its_version()
    {
        var open = new SnowplowIdDerivation(IdentityConfiguration.None);
        var secret = new SnowplowIdDerivation(IdentityConfiguration.None with { IdSecret = "s" });
        var other = new SnowplowIdDerivation(IdentityConfiguration.None with { IdSecret = "t" });

        SnowplowId[] ids = [open.OfIdentifier(Alice, 0), secret.OfIdentifier(Alice, 0), other.OfIdentifier(Alice, 0), secret.Anonymous(Alice, 0), secret.OfIdentifier(Alice, 1)];

        Assert.Distinct(ids);
        Assert.Equal([5u, 8u, 8u, 8u, 8u], ids.Select(id => (uint)(id.High >> 12 & 0xF)));
        Assert.All(ids, id => Assert.Equal(2u, (uint)(id.Low >> 62)));
    }

    [Fact]
    public void Strategies_derive_new_ids_from_different_things()
    {
        static SnowplowId Of(IdStrategy strategy, Identifier leading, string eventId) =>
            new SnowplowIdDerivation(IdentityConfiguration.None with { IdStrategy = strategy }).NewPerson(leading, eventId, new EventTime(0), 0);
        var bob = new Identifier("user_id", "bob");

        Assert.Equal(Of(IdStrategy.Identifier, Alice, "e1"), Of(IdStrategy.Identifier, Alice, "e2"));
        Assert.NotEqual(Of(IdStrategy.Identifier, Alice, "e1"), Of(IdStrategy.Identifier, bob, "e1"));
        Assert.Equal(Of(IdStrategy.Event, Alice, "e1"), Of(IdStrategy.Event, bob, "e1"));
        Assert.NotEqual(Of(IdStrategy.Event, Alice, "e1"), Of(IdStrategy.Event, Alice, "e2"));
        Assert.NotEqual(Of(IdStrategy.Random, Alice, "e1"), Of(IdStrategy.Random, Alice, "e1"));
    }

    [Fact]
    public void Long_values_have_ids_and_keys_of_their_own()
    {
        var value = new string('x', 1000);
        var derivation = new SnowplowIdDerivation(IdentityConfiguration.None);

        Assert.NotEqual(derivation.OfIdentifier(new("t", value), 0), derivation.OfIdentifier(new("t", value + "y"), 0));
        Assert.NotEqual(IdentityItemKey.Of("t", value), IdentityItemKey.Of("t", value + "y"));
        Assert.NotEqual(IdentityItemKey.Of("ab", "c"), IdentityItemKey.Of("a", "bc"));
    }
}
