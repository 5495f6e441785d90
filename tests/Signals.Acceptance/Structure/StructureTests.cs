using System.Text.RegularExpressions;
using System.Xml.Linq;
using Signals.Acceptance.Harness;
using Signals.Engine.Events;

namespace Signals.Acceptance.Structure;

/// <summary>Rules of the house that no compiler checks.</summary>
public sealed partial class StructureTests
{
    private const int LongestFile = 400;

    /// <summary>Folders of Signals.Engine and the other folders that each may use.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Events"] = [],
        ["Definitions"] = ["Events"],
        ["Attributes"] = ["Events", "Definitions"],
        ["Interventions"] = ["Events", "Definitions", "Attributes"],
        ["Identities"] = ["Events", "Definitions"],
        ["Access"] = [],
    };

    private static string Functions => Path.Combine(RepositoryLayout.Root, "functions");

    [Fact]
    public void Engine_folders_depend_on_each_other_one_way()
    {
        var engine = Path.Combine(Functions, "Signals.Engine");
        var violations =
            from file in Sources(engine)
            let folder = Path.GetRelativePath(engine, file).Split(Path.DirectorySeparatorChar)[0]
            from Match use in EngineNamespace().Matches(File.ReadAllText(file))
            let used = use.Groups["folder"].Value
            where used != folder && !MayUse[folder].Contains(used)
            select $"{Path.GetRelativePath(engine, file)} uses {used}";
        Violations.None(violations.Distinct());
    }

    [Fact]
    public void Engine_uses_the_base_class_library_only()
    {
        var project = XDocument.Load(Path.Combine(Functions, "Signals.Engine", "Signals.Engine.csproj"));
        Violations.None(project.Descendants().Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference")
            .Select(element => element.ToString()));

        var shared = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Violations.None(typeof(EnrichedEvent).Assembly.GetReferencedAssemblies()
            .Where(reference => !File.Exists(Path.Combine(shared, $"{reference.Name}.dll")))
            .Select(reference => reference.Name!));
    }

    [Fact]
    public void Engine_does_no_input_or_output()
    {
        string[] forbidden = ["System.Net.Http", "System.Net.Sockets", "System.Data.Common", "System.IO.FileSystem", "System.Diagnostics.Process"];
        Violations.None(typeof(EnrichedEvent).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!).Intersect(forbidden));
        Violations.None(Sources(Path.Combine(Functions, "Signals.Engine")).Where(file => FileAccess().IsMatch(File.ReadAllText(file))));
    }

    [Fact]
    public void Product_files_are_short() =>
        Violations.None(Sources(Functions).Where(file => File.ReadLines(file).Count() > LongestFile).Select(file => Path.GetRelativePath(Functions, file)));

    [Fact]
    public void Types_of_the_engine_live_in_the_namespace_of_their_top_folder() =>
        Violations.None(typeof(EnrichedEvent).Assembly.GetExportedTypes()
            .Where(type => !MayUse.Keys.Any(folder => type.Namespace == $"Signals.Engine.{folder}" || type.Namespace!.StartsWith($"Signals.Engine.{folder}.", StringComparison.Ordinal)))
            .Select(type => type.FullName!));

    [Fact]
    public void No_product_type_is_called_after_a_drawer() =>
        Violations.None(Sources(Functions).Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => DrawerName().IsMatch(name)));

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [GeneratedRegex(@"\bSignals\.Engine\.(?<folder>[A-Z]\w+)\b")]
    private static partial Regex EngineNamespace();

    [GeneratedRegex(@"\b(File|Directory|FileStream|HttpClient|Socket|Process)\.\w|new (FileStream|HttpClient|Socket|Process)\(")]
    private static partial Regex FileAccess();

    [GeneratedRegex("(Utils?|Helpers?|Manager)$")]
    private static partial Regex DrawerName();
}
