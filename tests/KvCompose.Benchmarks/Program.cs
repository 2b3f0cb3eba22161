using BenchmarkDotNet.Running;
using KvCompose.Benchmarks.Quick;

if (args is ["--quick", ..])
{
    return QuickRun.Run(args.Length > 1 ? args[1] : null);
}

BenchmarkSwitcher.FromAssembly(typeof(QuickRun).Assembly).Run(args);
return 0;
