using Signals.Api;
using Spectre.Console;

namespace Signals.Functions.Local.Hosting;

/// <summary>Says where everything is.</summary>
internal static class StartScreen
{
    public static void Show(LocalSettings settings, string address)
    {
        (string Name, string Value)[] rows =
        [
            ("API", address),
            ("Docs", $"{address}/docs/"),
            ("Collector", $"{address}   (tracker endpoint: POST /com.snowplowanalytics.snowplow/tp2, GET /i)"),
            ("Sandbox token", settings.SandboxToken == SignalsApiOptions.LocalSandboxToken ? settings.SandboxToken : "the one that was set"),
            ("Data", settings.DatabasePath),
            .. settings.Cosmos is { } cosmos ? [("Cosmos DB", $"{cosmos.Endpoint}, database {cosmos.Database}")] : Array.Empty<(string, string)>(),
        ];
        if (Console.IsOutputRedirected)
        {
            Console.WriteLine($"Signals Functions {SignalsApi.Version} is running.");
            foreach (var (name, value) in rows)
                Console.WriteLine($"{name + ":",-15}{value}");
            return;
        }
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in rows)
            grid.AddRow($"[grey]{Markup.Escape(name)}[/]", $"[aqua]{Markup.Escape(value)}[/]");
        AnsiConsole.Write(new Panel(grid).Header($" Signals Functions {SignalsApi.Version} ").RoundedBorder().Padding(2, 1));
        AnsiConsole.MarkupLine("[grey]Ctrl+C stops it; nothing is lost.[/]");
    }
}
