using KvCompose.Samples.Needle;
using Spectre.Console;

using var interruption = new Interruption();
return NeedleCommand.Run(args, AnsiConsole.Console, Console.Error, interruption.Token);
