using KvCompose.Samples;
using KvCompose.Samples.Needle;
using Spectre.Console;

return Interruption.Run(cancellation => NeedleCommand.Run(args, AnsiConsole.Console, Console.Error, cancellation));
