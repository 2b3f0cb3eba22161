using KvCompose.Samples.Chat;
using Spectre.Console;

return ChatCommand.Run(args, AnsiConsole.Console, Console.In, Console.Error);
