using System.CommandLine;
using Signals.Functions.Hosting;
using Signals.Functions.Local.Hosting;

namespace Signals.Functions.Local.CommandLine;

/// <summary>The folder with the data, as every verb that needs it takes it.</summary>
internal static class DataOption
{
    public static Option<string?> Create() => new("--data") { HelpName = "FOLDER", Description = $"Folder with the data. Default ./{LocalSettings.DefaultData}" };

    /// <summary>The settings that a verb works under: those of the runtime, with the folder of the command line.</summary>
    /// <exception cref="SettingException">One is malformed.</exception>
    public static LocalSettings Settings(string? data) =>
        LocalSettings.From(ServeCommand.Configuration([KeyValuePair.Create("Signals:Data", data)]));
}
