using KvCompose.Samples;
using KvCompose.Samples.Evaluate;
using Spectre.Console;

return Interruption.Run(cancellation => EvaluateCommand.Run(args, AnsiConsole.Console, Console.Error, cancellation));
