namespace Signals.Functions.EventHubs;

/// <summary>What the platform says about a batch of events is missing or not of the form it should have. The message says what.</summary>
public sealed class HubMetadataException(string message) : Exception(message);
