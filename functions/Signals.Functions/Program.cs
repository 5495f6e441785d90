using Signals.Functions.Local.CommandLine;

return await SignalsCommand.RunAsync(args);
