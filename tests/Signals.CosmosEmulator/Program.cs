using System.Globalization;
using Signals.CosmosEmulator;

if (args is not [var text] || !ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
{
    Console.Error.WriteLine("usage: Signals.CosmosEmulator <port of the loopback interface, 0 for a free one>");
    return 2;
}

await using var emulator = await EmulatedCosmos.StartAsync(port: port);
Console.WriteLine($"The Cosmos DB emulator listens on {emulator.Endpoint}");
await emulator.WaitForShutdownAsync();
return 0;
