#if AZURE
return await Signals.Functions.Azure.AzureApplication.RunAsync(args);
#else
return await Signals.Functions.Local.CommandLine.SignalsCommand.RunAsync(args);
#endif
