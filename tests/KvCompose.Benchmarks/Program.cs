using BenchmarkDotNet.Running;
using KvCompose.Benchmarks.Checkpoints;
using KvCompose.Benchmarks.Peer;
using KvCompose.Benchmarks.Quick;

if (args is ["--quick", ..])
{
    return QuickRun.Run(args.AsSpan(1));
}

if (args is [ThreadFigures.Neighbour])
{
    return ThreadFigures.Burn();
}

if (args is ["--checkpoint", ..])
{
    return CheckpointRun.Run(args.AsSpan(1));
}

if (args is ["--peer", ..])
{
    return PeerRun.Run(args.AsSpan(1));
}

BenchmarkSwitcher.FromAssembly(typeof(QuickRun).Assembly).Run(args);
return 0;
