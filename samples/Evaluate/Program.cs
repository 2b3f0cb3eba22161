using KvCompose.Samples.Evaluate;
using KvCompose.Samples.Needle;
using Spectre.Console;

using var interruption = new Interruption();
return EvaluateCommand.Run(args, AnsiConsole.Console, Console.Error, interruption.Token);
