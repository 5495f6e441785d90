using System.Text;
using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

/// <summary>Spec identities, 9.3: the message of a deferred event.</summary>
public sealed class DeferredEventJsonTests
{
    [Fact]
    public void Message_is_read_as_it_was_written()
    {
        var deferred = new DeferredEvent(
            new ResolutionRequest
            {
                EventId = "e1",
                Time = new EventTime(-5),
                AppId = "shöp",
                Identifiers = [new("user_id", "a\"b"), new("domain_userid", "d", IsAlias: true)],
                UniqueValue = "a\"b",
                FallbackId = new SnowplowId(1, 2),
            },
            7,
            new EventTime(9));

        Assert.True(DeferredEventJson.TryRead(DeferredEventJson.ToBytes(deferred), out var read));

        Assert.Equal(deferred.Request.Identifiers, read.Request.Identifiers);
        Assert.Equal(deferred with { Request = read.Request }, read);
        Assert.Equal(deferred.Request with { Identifiers = read.Request.Identifiers }, read.Request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"v":2}""")]
    [InlineData("""{"v":1,"fallback_id":"sp_"}""")]
    [InlineData("""{"v":1,"fallback_id":"sp_AAAAAAAAAAAAAAAAAAAAAAAAAE","event_id":"e","tstamp":1,"app_id":"","identifiers":[],"config_version":1,"enqueued_at":1}""")]
    [InlineData("""{"v":1,"fallback_id":"sp_AAAAAAAAAAAAAAAAAAAAAAAAAE","event_id":"e","tstamp":1,"app_id":"","identifiers":[{"type":"t"}],"config_version":1,"enqueued_at":1}""")]
    public void What_is_no_message_is_refused(string json) =>
        Assert.False(DeferredEventJson.TryRead(Encoding.UTF8.GetBytes(json), out _));
}
