using System.Diagnostics.Metrics;
using Signals.Engine.Identities;

namespace Signals.Engine.Tests.Identities;

public sealed class ResolutionMetricsTests : IDisposable, IMeterFactory
{
    private readonly Dictionary<string, long> _counts = [];
    private readonly MeterListener _listener = new();
    private readonly ResolutionMetrics _metrics;

    public ResolutionMetricsTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.Length > 0 ? $"{instrument.Name} {tags[0].Value}" : instrument.Name;
            _counts[name] = _counts.GetValueOrDefault(name) + value;
        });
        _listener.Start();
        _metrics = new ResolutionMetrics(this);
    }

    public Meter Create(MeterOptions options) => new(options.Name, options.Version, options.Tags, scope: this);

    [Fact]
    public async Task Outcomes_merges_and_reasons_are_counted()
    {
        var resolver = new IdentityResolver(new MemoryIdentityStore(), null, TimeProvider.System, new IdentityResolverOptions { Metrics = _metrics });
        await resolver.ResolveAsync(
            RandomEvents.Configuration(isUserUnique: true) with { StoreBudget = TimeSpan.FromMinutes(1) },
            [
                RandomEvents.Event("e1", 1, new Identifier("domain_userid", "d1")),
                RandomEvents.Event("e2", 2, new Identifier("domain_userid", "d2")),
                RandomEvents.Event("e3", 3, new Identifier("domain_userid", "d1"), new Identifier("domain_userid", "d2")),
                RandomEvents.Event("e4", 4, new Identifier("user_id", "u1"), new Identifier("domain_userid", "d1")) with { UniqueValue = "u1" },
                RandomEvents.Event("e5", 5, new Identifier("user_id", "u2"), new Identifier("domain_userid", "d1")) with { UniqueValue = "u2" },
                RandomEvents.Event("e6", 6, new Identifier("domain_userid", "d1")),
                RandomEvents.Event("e7", 7, new Identifier("user_id", "u1")) with { UniqueValue = "u1" },
            ],
            default);

        Assert.Equal(
            new Dictionary<string, long>
            {
                ["signals.identities.resolved new"] = 2,
                ["signals.identities.resolved merged"] = 1,
                ["signals.identities.resolved linked"] = 1,
                ["signals.identities.resolved conflict_owner"] = 1,
                ["signals.identities.resolved conflict_anonymous"] = 1,
                ["signals.identities.resolved existing"] = 1,
                ["signals.identities.merges"] = 1,
                ["signals.identities.reasons unique_identifier_conflict"] = 2,
            },
            _counts);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _metrics.Dispose();
    }
}
