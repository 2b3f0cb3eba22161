using System.Runtime.InteropServices;
using KvCompose.Samples.Needle;
using Spectre.Console;

using var interrupt = new CancellationTokenSource();
using PosixSignalRegistration key = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return NeedleCommand.Run(args, AnsiConsole.Console, Console.Error, interrupt.Token);

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupt.Cancel();
}
