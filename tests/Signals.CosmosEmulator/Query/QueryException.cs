namespace Signals.CosmosEmulator.Query;

/// <summary>A query that the service, or this emulator, refuses with 400.</summary>
internal sealed class QueryException(string message) : Exception(message);
