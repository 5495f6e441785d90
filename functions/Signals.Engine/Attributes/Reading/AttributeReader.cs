using Signals.Engine.Definitions;
using Signals.Engine.Events;

namespace Signals.Engine.Attributes;

/// <summary>Answers requests for attribute values: one read per identifier and key, values computed for this instant.</summary>
public sealed class AttributeReader
{
    /// <summary>Most identifiers per key in one request.</summary>
    public const int MaxIdentifiers = 100;

    private readonly IDefinitionSource _definitions;
    private readonly IProfileStore _profiles;
    private readonly TimeProvider _time;
    private PublishedDefinitions? _published;

    /// <summary>Makes a reader.</summary>
    public AttributeReader(IDefinitionSource definitions, IProfileStore profiles, TimeProvider time)
    {
        _definitions = definitions;
        _profiles = profiles;
        _time = time;
    }

    /// <summary>Reads attribute values (spec signals-api part 8).</summary>
    public async ValueTask<AttributeReadResult> ReadAsync(AttributeReadRequest request, CancellationToken cancellationToken)
    {
        var published = PublishedInForce();
        if (!TryResolveKeys(request, published.Snapshot, out var keys, out var rows, out var error))
            return AttributeReadResult.Refused(error);
        if (!TrySelect(request, published, keys, out var columns, out error))
            return AttributeReadResult.Refused(error);

        var profiles = await LoadAsync(published, columns, keys, rows, cancellationToken);
        var now = EventTime.From(_time.GetUtcNow());
        var answer = columns.ConvertAll(column =>
            new AttributeColumn(column.NameIn(request.FullAttributeNames), ValuesOf(column, profiles, rows, now)));
        return new AttributeReadResult(null, [.. request.AttributeKeys], answer);
    }

    private PublishedDefinitions PublishedInForce()
    {
        var snapshot = _definitions.Current;
        var published = _published;
        if (published is null || !ReferenceEquals(published.Snapshot, snapshot))
            _published = published = PublishedDefinitions.From(snapshot);
        return published;
    }

    /// <summary>Identifiers by the name of the attribute key; a request may use the deprecated <c>key</c> of it instead.</summary>
    private static bool TryResolveKeys(
        AttributeReadRequest request, DefinitionSnapshot snapshot, out Dictionary<string, IReadOnlyList<string>> keys, out int rows, out string error)
    {
        keys = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        rows = 0;
        error = request.AttributeKeys.Count == 0 ? "attribute_keys names no attribute key" : "";
        foreach (var (name, identifiers) in request.AttributeKeys)
        {
            var key = snapshot.AttributeKeys.GetValueOrDefault(name)
                ?? snapshot.AttributeKeys.Values.FirstOrDefault(candidate => candidate.Key == name);
            rows = keys.Count == 0 ? identifiers.Count : rows;
            if (key is null)
                error = $"attribute key '{name}' does not exist";
            else if (identifiers.Count is 0 or > MaxIdentifiers)
                error = $"attribute_keys.{name} has {identifiers.Count} identifiers, 1 to {MaxIdentifiers} are allowed";
            else if (identifiers.Count != rows)
                error = $"attribute_keys.{name} has {identifiers.Count} identifiers, another attribute key has {rows}";
            else if (!keys.TryAdd(key.Name, identifiers))
                error = $"attribute_keys names the attribute key '{key.Name}' twice";
        }
        return error.Length == 0;
    }

    private static bool TrySelect(
        AttributeReadRequest request, PublishedDefinitions published, Dictionary<string, IReadOnlyList<string>> keys, out List<SelectedColumn> columns, out string error)
    {
        columns = [];
        error = "";
        var selection = new ColumnSelection(published);
        if (request.Service is null == request.Attributes is null)
        {
            error = "name either a service or attributes";
            return false;
        }
        if (request.Service is not null && !selection.TryService(request.Service, columns, out var serviceError))
            error = serviceError;
        foreach (var reference in request.Attributes ?? [])
        {
            if (!selection.TryReference(reference, keys.Keys, out var column, out var referenceError))
                error = referenceError;
            else
                columns.Add(column);
        }
        var names = new HashSet<string>(request.AttributeKeys.Keys, StringComparer.Ordinal);
        foreach (var column in columns)
            if (error.Length == 0 && !names.Add(column.NameIn(request.FullAttributeNames)))
                error = $"several columns are named '{column.NameIn(request.FullAttributeNames)}'; ask with full_attribute_names";
        return error.Length == 0;
    }

    private async ValueTask<Dictionary<string, IReadOnlyList<ProfileState?>>> LoadAsync(
        PublishedDefinitions published, List<SelectedColumn> columns, Dictionary<string, IReadOnlyList<string>> keys, int rows, CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<string, IReadOnlyList<ProfileState?>>(StringComparer.Ordinal);
        foreach (var name in columns.Where(column => column.Published is not null).Select(column => column.AttributeKey).Distinct())
        {
            if (!keys.TryGetValue(name, out var identifiers) || published.Find(name) is not { } layout)
                continue;
            var wanted = new ProfileKey[rows];
            for (var i = 0; i < rows; i++)
                wanted[i] = new ProfileKey(name, identifiers[i]);
            var states = await ReadAsync(layout.Plan, wanted, cancellationToken);
            for (var i = 0; i < states.Length; i++)
                if (states[i]?.MergedInto is not null)
                    states[i] = await ReadSurvivorAsync(layout.Plan, wanted[i].Identifier, states[i]!, cancellationToken);
            loaded.Add(name, states);
        }
        return loaded;
    }

    private async ValueTask<ProfileState?[]> ReadAsync(KeyPlan plan, IReadOnlyList<ProfileKey> keys, CancellationToken cancellationToken)
    {
        var stored = await _profiles.ReadAsync(keys, cancellationToken);
        return [.. stored.Select(document => document is null ? null : ProfileState.Decode(plan, document.State, document.ETag))];
    }

    /// <summary>
    /// The profile that stands for a merged one, including what it has not taken over yet: between freezing and taking over
    /// nobody misses anything.
    /// </summary>
    private async ValueTask<ProfileState> ReadSurvivorAsync(KeyPlan plan, string identifier, ProfileState merged, CancellationToken cancellationToken)
    {
        var now = EventTime.From(_time.GetUtcNow());
        var frozen = new List<(string Identifier, ProfileState State)>();
        var current = merged;
        while (current.MergedInto is { } survivor)
        {
            if (frozen.Count == ProfileMerges.MaxChain)
                throw new InvalidDataException($"Profile {plan.Name}={identifier} was merged more than {ProfileMerges.MaxChain} times in a chain.");
            frozen.Add((frozen.Count == 0 ? identifier : frozen[^1].State.MergedInto!, current));
            current = (await ReadAsync(plan, [new ProfileKey(plan.Name, survivor)], cancellationToken))[0] ?? new ProfileState(plan);
        }
        // The nearest first: what it had taken over itself does not count again.
        for (var i = frozen.Count - 1; i >= 0; i--)
            if (frozen[i].State.HasStates)
                current.Absorb(frozen[i].Identifier, frozen[i].State, now);
        return current;
    }

    private static AttributeValue[] ValuesOf(
        SelectedColumn column, Dictionary<string, IReadOnlyList<ProfileState?>> profiles, int rows, EventTime now)
    {
        var values = new AttributeValue[rows];
        Array.Fill(values, AttributeValue.Missing);
        if (column.Published is not { } published)
            return values;
        var states = profiles.GetValueOrDefault(column.AttributeKey);
        for (var i = 0; i < rows; i++)
        {
            var value = states?[i]?.Read(published.Definition, now) ?? AttributeValue.Missing;
            values[i] = value.IsMissing && states is not null ? published.Default : value;
        }
        return values;
    }
}
