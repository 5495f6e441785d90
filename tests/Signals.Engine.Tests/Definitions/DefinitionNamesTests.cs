using Signals.Engine.Definitions;

namespace Signals.Engine.Tests.Definitions;

public sealed class DefinitionNamesTests
{
    [Fact]
    public void Every_value_has_one_name_and_every_name_one_value()
    {
        BothWays(DefinitionNames.AttributeTypes);
        BothWays(DefinitionNames.Aggregations);
        BothWays(DefinitionNames.DateParts);
        BothWays(DefinitionNames.TimeUnits);
        BothWays(DefinitionNames.EventOperators);
        BothWays(DefinitionNames.AttributeOperators);
        BothWays(DefinitionNames.CriteriaGroups);
        BothWays(DefinitionNames.CalculatedOperations);
        BothWays(PropertyExpressions.Syntaxes);
    }

    [Fact]
    public void Names_are_exact()
    {
        Assert.False(DefinitionNames.AttributeTypes.TryParse("Int32", out _));
        Assert.False(DefinitionNames.AttributeTypes.TryParse("", out _));
        Assert.Equal("'s', 'min', 'h' or 'd'", DefinitionNames.TimeUnits.Listed);
    }

    private static void BothWays<T>(WireNames<T> names)
        where T : struct, Enum
    {
        Assert.Equal(Enum.GetValues<T>().Length, names.All.Distinct().Count());
        foreach (var value in Enum.GetValues<T>())
        {
            Assert.True(names.TryParse(names[value], out var parsed));
            Assert.Equal(value, parsed);
        }
    }
}
