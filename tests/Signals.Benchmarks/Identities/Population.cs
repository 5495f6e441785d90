using Signals.Engine.Events;
using Signals.Engine.Identities;

namespace Signals.Benchmarks.Identities;

/// <summary>
/// People with three identifiers each, who send events as often as Zipf's law has it. One event in a hundred carries an identifier of
/// the person's neighbour as well, and so joins the two the first time.
/// </summary>
internal sealed class Population
{
    private const int BridgingOneIn = 100;
    private static readonly string[] Types = ["user_id", "domain_userid", "network_userid"];

    private readonly string[][] _values;
    private readonly double[] _cumulated;
    private readonly Random _random = new(1);
    private readonly EventTime _start = EventTime.FromUnixMilliseconds(1_772_359_200_000);
    private long _events;

    public Population(int people)
    {
        _values = new string[people][];
        _cumulated = new double[people];
        var sum = 0.0;
        for (var person = 0; person < people; person++)
        {
            _values[person] = [$"user{person}@example.com", Uuid(person, 1), Uuid(person, 2)];
            _cumulated[person] = sum += 1.0 / (person + 1);
        }
    }

    public static IdentityConfiguration Configuration { get; } = new()
    {
        Identifiers = [.. Types.Select((type, rank) => new IdentifierType
        {
            Name = type,
            Priority = 100 - rank,
            Field = new AtomicReference(AtomicColumns.IndexOf(type)),
        })],
        StoreBudget = TimeSpan.FromMinutes(5),
    };

    public int Count => _values.Length;

    /// <summary>An event of everybody, in order.</summary>
    public IEnumerable<ResolutionRequest> Everybody() => Enumerable.Range(0, Count).Select(person => Event(_values[person]));

    /// <summary>Events of people by Zipf's law.</summary>
    public ResolutionRequest[] Draw(int count)
    {
        var requests = new ResolutionRequest[count];
        for (var i = 0; i < count; i++)
        {
            var person = DrawPerson();
            var values = _values[person];
            requests[i] = _random.Next(BridgingOneIn) == 0 ? Event([values[0], values[1], _values[Neighbour(person)][2]]) : Event(values);
        }
        return requests;
    }

    private int DrawPerson()
    {
        var found = Array.BinarySearch(_cumulated, _random.NextDouble() * _cumulated[^1]);
        return Math.Min(found < 0 ? ~found : found, Count - 1);
    }

    private int Neighbour(int person) => (person ^ 1) < Count ? person ^ 1 : person;

    private ResolutionRequest Event(string[] values)
    {
        var number = _events++;
        return new ResolutionRequest
        {
            EventId = Uuid(number, 0),
            Time = new EventTime(_start.UnixMicroseconds + number * 100),
            AppId = "shop",
            Identifiers = [new(Types[0], values[0]), new(Types[1], values[1]), new(Types[2], values[2])],
        };
    }

    private static string Uuid(long number, short kind) =>
        new Guid((int)number, kind, (short)(number >> 32), 0x80, 1, 2, 3, 4, 5, 6, 7).ToString();
}
