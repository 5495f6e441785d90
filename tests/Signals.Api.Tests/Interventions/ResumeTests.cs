using Microsoft.Extensions.DependencyInjection;
using Signals.Api.Interventions;
using Signals.Engine.Interventions;
using static Signals.Api.Tests.Interventions.InterventionSite;

namespace Signals.Api.Tests.Interventions;

public sealed class ResumeTests
{
    private const string Query = "?domain_userid=218e8926-3858-431d-b2ed-66da03a1cbe5&domain_sessionid=8c9104e3-c300-4b20-82f2-93b7fa0b8feb";

    [Fact]
    public async Task What_was_missed_comes_in_order_and_once()
    {
        await using var site = await StartAsync();
        var sent = new List<Guid>();
        for (var i = 0; i < 600; i++)
            sent.Add((await site.SendAsync(i % 2 == 0 ? Ann : AnnsSession)).InterventionId);
        await site.SendAsync(Bob);

        await using var stream = await EventStream.OpenAsync(site.Host, Query, lastEventId: 100);
        sent.Add((await site.SendAsync(Ann)).InterventionId);

        var received = new List<StreamedMessage>();
        while (received.Count < 501)
            received.Add((await stream.ReadMessageAsync())!);
        Assert.Equal(sent.Skip(100), received.Select(message => message.InterventionId));
        Assert.Equal(received.Select(message => message.Id).Order(), received.Select(message => message.Id));
    }

    [Fact]
    public async Task A_stream_that_broke_before_its_first_message_misses_nothing()
    {
        await using var site = await StartAsync();
        await site.SendAsync(Ann);
        var stream = await EventStream.OpenReadyAsync(site.Host, Query);
        await stream.DisposeAsync();
        var missed = await site.SendAsync(Ann);

        await using var again = await EventStream.OpenAsync(site.Host, Query, stream.LastEventId);

        Assert.Equal(missed.InterventionId, (await again.ReadMessageAsync())!.InterventionId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_other_target_of_an_intervention_that_was_received_is_not_sent_after_a_reconnect(bool appendedTogether)
    {
        await using var site = await StartAsync();
        var toSession = Message(AnnsSession);
        var toAnn = toSession with { Target = Ann };
        if (appendedTogether)
        {
            await site.Outbox.AppendAsync([toSession, toAnn], default);
        }
        else
        {
            await site.Outbox.AppendAsync([toSession], default);
            await site.SendAsync(Bob);
            await site.Outbox.AppendAsync([toAnn], default);
        }
        var next = await site.SendAsync(Ann);

        await using var stream = await EventStream.OpenAsync(site.Host, Query, lastEventId: 1);

        Assert.Equal(next.InterventionId, (await stream.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    public async Task Held_out_expired_and_old_messages_are_not_sent_after_a_reconnect()
    {
        await using var site = await StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        await site.SendAsync(Ann, message => message with { Decision = InterventionDecision.HeldOut });
        await site.SendAsync(Ann, message => message with { ExpiresAt = now });
        await site.SendAsync(Ann, message => message with { DecidedAt = now.AddHours(-2) });
        var recent = await site.SendAsync(Ann, message => message with { DecidedAt = now.AddMinutes(-59) });

        await using var stream = await EventStream.OpenAsync(site.Host, Query, lastEventId: 0);

        Assert.Equal(recent.InterventionId, (await stream.ReadMessageAsync())!.InterventionId);
        Assert.Equal("id: 4", await stream.ReadFrameAsync());
    }

    [Fact]
    public async Task A_position_that_was_never_given_out_counts_as_none()
    {
        await using var site = await StartAsync();
        await site.SendAsync(Ann);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/interventions" + Query);
        request.Headers.TryAddWithoutValidation("Last-Event-ID", "not-a-number");

        using var answer = await site.Host.Anonymous.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var beyond = await EventStream.OpenAsync(site.Host, Query, lastEventId: 1_000_000);

        Assert.True(answer.IsSuccessStatusCode);
        var sent = await site.SendAsync(Ann);
        Assert.Equal(sent.InterventionId, (await beyond.ReadMessageAsync())!.InterventionId);
    }

    [Fact]
    [Trait("Row", "84")]
    public async Task Nothing_is_lost_or_repeated_over_a_thousand_reconnects_while_another_process_writes()
    {
        const int reconnects = 1000;
        await using var site = await StartAsync();
        var writer = OutboxOf(await site.AddProcessAsync());
        var sent = new List<Guid>();
        var received = new List<StreamedMessage>();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var random = new Random(1);
            while (!stop.IsCancellationRequested)
            {
                var message = Message(random.Next(3) == 0 ? Bob : Ann);
                IReadOnlyList<InterventionMessage> siblings = random.Next(4) == 0 ? [message, message with { Target = AnnsSession }] : [message];
                await writer.AppendAsync(siblings, default);
                if (message.Target == Ann || siblings.Count == 2)
                    sent.Add(message.InterventionId);
                // Far enough ahead that there is a backlog, not so far that there is nothing else.
                while (sent.Count > received.Count + random.Next(100) && !stop.IsCancellationRequested)
                    await Task.Delay(1);
            }
        });

        var pace = new Random(2);
        var last = 0L;
        for (var i = 0; i < reconnects; i++)
        {
            await using var stream = await EventStream.OpenAsync(site.Host, Query, last);
            for (var wanted = pace.Next(4); wanted > 0; wanted--)
                received.Add((await stream.ReadMessageAsync())!);
            last = stream.LastEventId!.Value;
        }
        await stop.CancelAsync();
        await writing;
        await using (var stream = await EventStream.OpenAsync(site.Host, Query, last))
        {
            while (received.Count < sent.Count)
                received.Add((await stream.ReadMessageAsync())!);
        }

        Assert.Equal(sent, received.Select(message => message.InterventionId));
        Assert.True(received.Count > reconnects);
    }
}
