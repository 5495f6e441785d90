namespace Signals.Engine.Definitions;

/// <summary>Checks what can be said of an intervention without looking at other definitions (spec signals-api 2.6 and 5.2).</summary>
internal static class InterventionValidator
{
    public const int MaxPriority = 1000;
    public const int MaxFrequency = 1000;

    // Evaluated around every event that touches the rule: bounded beyond what depth and length of the groups allow.
    private const int MaxCriteria = 1000;
    private const int MaxPatterns = 100;

    // Times of sending are kept in whole seconds.
    private static readonly TimeSpan MinSpan = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxSpan = TimeSpan.FromDays(365);

    public static void Validate(InterventionDefinition intervention, FieldPath path, FieldErrors errors)
    {
        var placed = intervention.Criteria.Placed(path.At("criteria")).ToList();
        if (placed.Count > MaxCriteria)
            errors.AddValue(path.At("criteria"), $"a tree has at most {MaxCriteria} criteria, not {placed.Count}");
        else if (placed.Count(one => AttributeCriterionValidator.IsPattern(one.Criterion.Operator)) is > MaxPatterns and var patterns)
            errors.AddValue(path.At("criteria"), $"a tree has at most {MaxPatterns} patterns, not {patterns}");
        else
            placed.ForEach(one => AttributeCriterionValidator.Validate(one, errors));
        ValidateGuards(intervention.Guards, path, errors);
    }

    private static void ValidateGuards(InterventionGuards guards, FieldPath path, FieldErrors errors)
    {
        CheckSpan(guards.Cooldown, path.At("cooldown"), errors);
        CheckSpan(guards.FrequencyCap?.Period, path.At("frequency_cap").At("period"), errors);
        CheckSpan(guards.ExpiresAfter, path.At("expires_after"), errors);
        if (guards.ActiveFrom >= guards.ActiveTo)
            errors.AddValue(path.At("active_to"), "active_to should be later than active_from");
    }

    private static void CheckSpan(TimeSpan? span, FieldPath path, FieldErrors errors)
    {
        if (span < MinSpan || span > MaxSpan)
            errors.AddValue(path, $"the duration should be from {IsoDuration.Format(MinSpan)} to {IsoDuration.Format(MaxSpan)}");
    }
}
