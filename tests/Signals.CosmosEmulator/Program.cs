using System.Globalization;
using Signals.CosmosEmulator;

var port = args is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 8081;
await using var emulator = await EmulatedCosmos.StartAsync(port: port);
Console.WriteLine($"The Cosmos DB emulator listens on {emulator.Endpoint}");
await emulator.WaitForShutdownAsync();
