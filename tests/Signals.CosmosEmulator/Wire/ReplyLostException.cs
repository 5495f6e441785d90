namespace Signals.CosmosEmulator.Wire;

/// <summary>The connection goes away in place of an answer.</summary>
internal sealed class ReplyLostException : Exception;
