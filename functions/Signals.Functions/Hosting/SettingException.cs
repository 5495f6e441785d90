namespace Signals.Functions.Hosting;

/// <summary>A setting is missing or malformed. The message names it and says what is expected.</summary>
public sealed class SettingException(string message) : Exception(message);
