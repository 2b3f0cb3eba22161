using KvCompose.Tool;
using Spectre.Console;

return await KvComposeCommand.RunAsync(args, AnsiConsole.Console, Console.In, Console.Error);
