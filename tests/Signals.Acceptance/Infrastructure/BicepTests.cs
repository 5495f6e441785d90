using System.Text.RegularExpressions;
using Signals.Acceptance.Harness;
using Signals.Acceptance.Structure;

namespace Signals.Acceptance.Infrastructure;

/// <summary>The templates fit together, and keep what is promised about them.</summary>
public sealed partial class BicepTests
{
    [Fact]
    public void Modules_get_the_parameters_that_they_declare() => Violations.None(
        from file in BicepFile.All
        from module in file.Modules
        let needed = module.File.Declared.Where(parameter => !parameter.Value).Select(parameter => parameter.Key)
        from problem in needed.Except(module.Given).Select(name => $"lacks {name}").Concat(module.Given.Where(name => IsUnknown(module.File, name)).Select(name => $"knows no {name}"))
        select $"{file.Name}: {module.File.Name} {problem}");

    [Fact]
    public void Every_module_is_used() =>
        Assert.Equal(BicepFile.All.Select(file => file.Name).Except(["main.bicep"]).Order(), BicepFile.All.SelectMany(file => file.Modules).Select(module => module.File.Name).Distinct().Order());

    [Fact]
    public void Sizes_set_the_same_parameters_of_the_template()
    {
        var expected = BicepFile.Parameters[0].Declared.Keys.Except(["zoneRedundant"]).Order().ToList();

        Assert.Equal(["large.bicepparam", "medium.bicepparam", "small.bicepparam"], BicepFile.Parameters.Select(size => size.Name));
        Violations.None(BicepFile.Parameters.SelectMany(size => size.Declared.Keys.Except(BicepFile.Main.Declared.Keys).Select(name => $"{size.Name}: {name}")));
        // Premium has no unit to grow to.
        Assert.All(BicepFile.Parameters, size => Assert.Equal(expected, size.Declared.Keys.Except(["zoneRedundant", "eventHubsMaxCapacity"]).Order()));
    }

    [Fact]
    public void What_one_can_say_about_a_deployment_is_described()
    {
        var deploy = File.ReadAllText(Path.Combine(RepositoryLayout.Root, "docs", "deploy.md"));
        var described = DescribedVariable().Matches(deploy).SelectMany(match => Variable().Matches(match.Value)).Select(match => match.Value).Order();

        Assert.All(BicepFile.Parameters, size => Assert.Equal(described, Variable().Matches(size.Text).Select(match => match.Value).Order()));
    }

    [Theory]
    [InlineData("eventhubs.bicep", "disableLocalAuth: true", "minimumTlsVersion: '1.2'")]
    [InlineData("cosmos.bicep", "disableLocalAuth: true", "minimalTlsVersion: 'Tls12'", "enableMultipleWriteLocations: false", "type: 'Continuous'")]
    [InlineData("storage.bicep", "allowSharedKeyAccess: false", "allowBlobPublicAccess: false", "minimumTlsVersion: 'TLS1_2'", "supportsHttpsTrafficOnly: true")]
    [InlineData("keyvault.bicep", "enableRbacAuthorization: true", "enablePurgeProtection: true")]
    [InlineData("functionapp.bicep", "httpsOnly: true", "minTlsVersion: '1.2'", "ftpsState: 'Disabled'", "name: 'dotnet-isolated', version: '10.0'", "tier: 'FlexConsumption'")]
    [InlineData("monitoring.bicep", "DisableLocalAuth: true", "disableLocalAuth: true")]
    public void Nothing_is_reached_by_key_or_in_plain_text(string module, params string[] promises)
    {
        var text = BicepFile.ModuleNamed(module).Text;
        Assert.All(promises, promise => Assert.Contains(promise, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Instances_that_wait_wait_for_functions_that_there_are()
    {
        var azure = Path.Combine(RepositoryLayout.Root, "functions", "Signals.Functions", "Azure");
        var functions = Directory.EnumerateFiles(azure, "*.cs").SelectMany(file => Function().Matches(File.ReadAllText(file))).Select(match => match.Groups["name"].Value).ToList();
        var waiting = AlwaysReady().Matches(BicepFile.ModuleNamed("functionapp.bicep").Text).Select(match => match.Groups["name"].Value).ToList();

        Assert.NotEmpty(waiting);
        Assert.Subset(functions.ToHashSet(), waiting.ToHashSet());
    }

    [Fact]
    public void Rights_are_given_on_single_resources() => Violations.None(
        from file in BicepFile.All
        from Match match in RoleAssignment().Matches(file.Text)
        where !match.Value.Contains("\n  scope: ", StringComparison.Ordinal) && !match.Value.Contains("\n    scope: ", StringComparison.Ordinal)
        select $"{file.Name}: {match.Value.Split('\n')[0]}");

    private static bool IsUnknown(BicepFile module, string name) =>
        !module.Declared.ContainsKey(name) && !module.Text.Contains($"param {name} object", StringComparison.Ordinal) && !KindOfThroughput().IsMatch(name);

    [GeneratedRegex(@"\[Function\(""(?<name>\w+)""\)\]")]
    private static partial Regex Function();

    [GeneratedRegex(@"'function:(?<name>\w+)'")]
    private static partial Regex AlwaysReady();

    [GeneratedRegex(@"^resource \w+ 'Microsoft\.Authorization/roleAssignments.*?^[}\]]$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex RoleAssignment();

    [GeneratedRegex(@"^\| `SIGNALS_[^|]*\|", RegexOptions.Multiline)]
    private static partial Regex DescribedVariable();

    [GeneratedRegex("SIGNALS_[A-Z_]+")]
    private static partial Regex Variable();

    /// <summary>Members of the object <c>maxThroughput</c>, which stand in the list of arguments.</summary>
    [GeneratedRegex("^(profiles|identities)$")]
    private static partial Regex KindOfThroughput();
}
