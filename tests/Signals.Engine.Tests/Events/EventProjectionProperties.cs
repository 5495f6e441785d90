using System.Text;
using Signals.Engine.Events;

namespace Signals.Engine.Tests.Events;

/// <summary>Holds the projection against <see cref="NaiveProjection"/> on random events, intact and damaged.</summary>
public sealed class EventProjectionProperties
{
    private static readonly PropertyReference[] NeedsEveryColumn =
        [new EventReference(new SchemaSelector("no", "match", 1), Path("a")), new EntityReference(new SchemaSelector("no", "match", 1), 0, Path("a"))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Random_events_give_what_a_naive_reader_finds(int seed)
    {
        var found = 0;
        for (var round = 0; round < 1500; round++)
            found += Check(seed * 100_000 + round, (_, columns) => columns, mustBeRead: true);
        Assert.True(found > 500, $"Only {found} properties had a value, so this test shows little.");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Cut_off_JSON_is_always_found(int seed)
    {
        for (var round = 0; round < 1500; round++)
            Check(seed * 100_000 + round, (random, columns) =>
            {
                var column = new[] { AtomicColumns.Contexts, AtomicColumns.UnstructEvent, AtomicColumns.DerivedContexts }[random.Next(3)];
                var length = random.Next(1, columns[column].Length);
                columns[column] = columns[column][..(char.IsHighSurrogate(columns[column][length - 1]) ? length + 1 : length)];
                return columns;
            }, mustBeRead: false);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Damaged_JSON_is_refused_or_read_like_a_naive_reader_does(int seed)
    {
        const string noise = "{}[]\",:\\ 0u/ntf-";
        for (var round = 0; round < 3000; round++)
            Check(seed * 100_000 + round, (random, columns) =>
            {
                for (var edits = random.Next(1, 4); edits > 0; edits--)
                {
                    var column = new[] { AtomicColumns.Contexts, AtomicColumns.UnstructEvent, AtomicColumns.DerivedContexts }[random.Next(3)];
                    var text = new StringBuilder(columns[column]);
                    var place = random.Next(text.Length);
                    if (random.Next(2) == 0)
                        text[place] = noise[random.Next(noise.Length)];
                    else
                        text.Insert(place, noise[random.Next(noise.Length)]);
                    columns[column] = text.ToString();
                }
                return columns;
            }, mustBeRead: null);
    }

    /// <summary>Returns the number of properties that have a value.</summary>
    private static int Check(int seed, Func<Random, string[], string[]> damage, bool? mustBeRead)
    {
        var random = new Random(seed);
        var json = new RandomJson(random);
        var intact = new EnrichedLineBuilder()
            .With("unstruct_event", json.Envelope(entities: false)).With("contexts", json.Envelope(entities: true)).With("derived_contexts", json.Envelope(entities: true))
            .With("page_title", new string('x', random.Next(100))).ToString().Split('\t');
        var columns = damage(random, [.. intact]);
        var line = Encoding.UTF8.GetBytes(string.Join('\t', columns));
        var existing = NaiveProjection.Properties(intact);
        var properties = Enumerable.Range(0, random.Next(1, 12))
            .Select(_ => existing.Count > 0 && random.Next(4) > 0 ? existing[random.Next(existing.Count)] : Property(random, json)).ToList();
        if (mustBeRead == false)
            properties.AddRange(NeedsEveryColumn);

        var expected = NaiveProjection.Read(properties, columns);
        var slots = new SlotValue[properties.Count];
        string? error = null;
        if (!EnrichedEvent.TryRead(line, new int[AtomicColumns.Count], out var enriched))
        {
            Assert.Null(NaiveProjection.Read(NeedsEveryColumn, columns));
            return 0;
        }
        var read = new EventProjection(properties).TryRead(enriched, slots, out error);

        if (mustBeRead == false)
            Assert.False(read, $"seed {seed}: cut off JSON was read");
        if (expected is null)
            return 0;
        Assert.True(read, $"seed {seed}: {error}");
        for (var i = 0; i < properties.Count; i++)
        {
            var kind = slots[i].Kind == SlotKind.EscapedText ? SlotKind.Text : slots[i].Kind;
            Assert.True(expected[i] == (kind, SlotText.ReadString(slots[i], line)),
                $"seed {seed}: {properties[i]} should be {expected[i]} but is {kind} {SlotText.ReadString(slots[i], line)}");
        }
        return slots.Count(slot => slot.Kind != SlotKind.Missing);
    }

    private static PropertyReference Property(Random random, RandomJson json)
    {
        var path = new StringBuilder(json.Name().Replace("[0]", "x"));
        if (path.Length == 0)
            path.Append('a');
        for (var steps = random.Next(4); steps > 0; steps--)
            path.Append(random.Next(2) == 0 ? $"[{random.Next(4)}]" : "." + (json.Name() is { Length: > 0 } name and not "[0]" ? name : "b"));
        var (vendor, schema) = json.Schema();
        var selector = new SchemaSelector(vendor, schema, random.Next(1, 3));
        return random.Next(2) == 0 ? new EventReference(selector, Path(path.ToString())) : new EntityReference(selector, random.Next(4), Path(path.ToString()));
    }

    private static JsonPath Path(string text) => JsonPath.TryParse(text, out var path, out var error) ? path : throw new FormatException(error);
}
