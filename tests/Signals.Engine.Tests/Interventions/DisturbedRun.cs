using System.Globalization;
using System.Text;
using Signals.Engine.Attributes;
using Signals.Engine.Events;
using Signals.Engine.Interventions;
using Signals.Engine.Tests.Attributes;

namespace Signals.Engine.Tests.Interventions;

/// <summary>
/// Two engines that take turns on one partition, and sometimes work on it at once, over a store that writes every profile by itself.
/// Calls fail before, amid and after writing; races are lost; engines crash and begin again elsewhere.
/// </summary>
internal sealed class DisturbedRun
{
    private readonly RuleScenario _scenario;
    private readonly InMemoryOutbox _outbox = new();
    private readonly EngineUnderTest _site;
    private readonly StreamingEngine[] _engines;
    private readonly List<LogRecord> _records;
    private int _done;
    private int _end;
    private bool _isNested;

    public DisturbedRun(RuleScenario scenario)
    {
        _scenario = scenario;
        _records = scenario.Records();
        _site = new EngineUnderTest { Watcher = new InterventionEngine(_outbox, scenario.Options) };
        scenario.AttributeGroups.ForEach(group => _site.Definitions.Add(group));
        scenario.Rules.ForEach(rule => _site.Definitions.Add(rule));
        _site.Profiles.WritesTogether = false;
        _engines = [_site.NewEngine(), _site.NewEngine()];
    }

    public InMemoryProfileStore Profiles => _site.Profiles;

    public InMemoryOutbox Outbox => _outbox;

    /// <summary>Engines that failed and were begun anew, with nothing in memory.</summary>
    public int Crashes { get; private set; }

    /// <summary>What the undisturbed run says: event by event, in one process, profiles written together.</summary>
    public static async Task<(List<string> Messages, EngineUnderTest Site)> UndisturbedAsync(RuleScenario scenario)
    {
        var run = new DisturbedRun(scenario);
        run.Profiles.WritesTogether = true;
        for (var i = 0; i < run._records.Count; i++)
        {
            run._site.Time.Now = scenario.Times[i / RuleScenario.EventsPerStretch];
            await run._engines[0].ProcessAsync([run._records[i]], default);
        }
        return (TextsOf(run._outbox.Arrivals), run._site);
    }

    /// <summary>A message with everything in it.</summary>
    public static List<string> TextsOf(IEnumerable<InterventionMessage> messages) =>
        [.. messages.Select(message => Convert.ToHexString(InterventionMessageCodec.Encode(message))).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A message in words, for a failing test.</summary>
    public static string Describe(string text)
    {
        var message = InterventionMessageCodec.Decode(Convert.FromHexString(text));
        return new StringBuilder().Append(CultureInfo.InvariantCulture, $"{message.Name}/{message.Version} {message.InterventionId} to {message.Target} ")
            .Append(CultureInfo.InvariantCulture, $"{message.Decision} at {message.DecidedAt:HH:mm:ss} with ")
            .AppendJoin(", ", message.Attributes).ToString();
    }

    public async Task<string> ReadAsync(string attribute, int key, string identifier)
    {
        Profiles.NextReadFails = () => false;
        return await _site.ReadAsync(attribute, identifier, RuleScenario.Keys[key]);
    }

    /// <summary>Lets everything go wrong by chance.</summary>
    public void Disturb()
    {
        var random = _scenario.Random;
        Profiles.LosesRace = _ => random.NextDouble() < 0.05;
        Profiles.NextReadFails = () => random.NextDouble() < 0.02;
        Profiles.NextWriteFails = () =>
        {
            if (!_isNested && random.NextDouble() < 0.1)
                OvertakeAsync().GetAwaiter().GetResult();
            return random.NextDouble() < 0.15 ? (StoreFailure)random.Next(1, 5) : StoreFailure.None;
        };
        _outbox.NextAppendFails = () => random.NextDouble() < 0.1;
        _outbox.NextAnswerIsLost = () => random.NextDouble() < 0.1;
    }

    public async Task RunAsync()
    {
        for (var stretch = 0; stretch < RuleScenario.Stretches; stretch++)
        {
            _site.Time.Now = _scenario.Times[stretch];
            _end = (stretch + 1) * RuleScenario.EventsPerStretch;
            while (_done < _end)
                await TryBatchAsync();
        }
    }

    /// <summary>A batch that begins at the checkpoint or before, on either engine.</summary>
    private async Task TryBatchAsync()
    {
        var random = _scenario.Random;
        var first = random.NextDouble() < 0.2 ? random.Next(Math.Max(0, _done - 10), _done + 1) : _done;
        // A batch stays within one stretch: rules are evaluated for the time of the processing, which differs from stretch to stretch.
        var begun = _end - RuleScenario.EventsPerStretch;
        var count = random.Next(1, (first < begun ? begun : _end) - first + 1);
        var engine = random.Next(_engines.Length);
        try
        {
            await _engines[engine].ProcessAsync(_records.GetRange(first, count), default);
            _done = Math.Max(_done, first + count);
        }
        catch (Exception error) when (error is StoreUnavailableException or IOException or ProfileContentionException)
        {
            if (random.NextDouble() < 0.5)
                return;
            _engines[engine] = _site.NewEngine();
            Crashes++;
        }
    }

    /// <summary>While one engine is about to write, the other (or a third) works on the partition.</summary>
    private async Task OvertakeAsync()
    {
        _isNested = true;
        for (var batches = _scenario.Random.Next(1, 4); batches > 0 && _done < _end; batches--)
            await TryBatchAsync();
        _isNested = false;
    }
}
