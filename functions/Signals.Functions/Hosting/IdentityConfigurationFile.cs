using Signals.Engine.Definitions;
using Signals.Engine.Identities;

namespace Signals.Functions.Hosting;

/// <summary>The configuration of identities in a JSON file, for installations that keep it with their code.</summary>
internal static class IdentityConfigurationFile
{
    /// <summary>Who publishes what the file says.</summary>
    public const string Author = "file";

    private const string Setting = "Signals__Identities__ConfigurationFile";

    /// <summary>Reads and checks the file.</summary>
    /// <exception cref="SettingException">It cannot be read, or holds no valid configuration; the message names each wrong member.</exception>
    public static async Task<IdentityConfiguration> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (IdentityConfigurationJson.TryRead(await ReadBytesAsync(path, cancellationToken), out var configuration, out var errors))
            return configuration;
        var problems = errors.Select(error => $"{string.Join('.', error.Loc.Skip(1))}: {error.Msg}".TrimStart(':', ' '));
        throw new SettingException($"Setting {Setting}: {path} is no configuration of identities.{Environment.NewLine}{string.Join(Environment.NewLine, problems)}");
    }

    private static async Task<byte[]> ReadBytesAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= JsonBody.MaxBytes
                ? await File.ReadAllBytesAsync(path, cancellationToken)
                : throw new SettingException($"Setting {Setting}: {path} is larger than {JsonBody.MaxBytes} bytes.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"Setting {Setting}: {path} cannot be read: {error.Message}");
        }
    }
}
