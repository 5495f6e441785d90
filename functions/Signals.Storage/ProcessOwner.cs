using System.Diagnostics;
using System.Globalization;

namespace Signals.Storage;

/// <summary>
/// Names of what a process owns in a store: machine/process/number. Those of a process of this machine that is no longer running
/// count as gone, so that a restart after a crash need not wait for them to run out.
/// </summary>
internal static class ProcessOwner
{
    public static string NewName() => $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.NewGuid():N}";

    public static bool IsRunning(string owner)
    {
        var parts = owner.Split('/');
        if (parts.Length < 2 || parts[0] != Environment.MachineName || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return true;
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
