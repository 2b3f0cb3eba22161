using BenchmarkDotNet.Attributes;
using KvCompose.Benchmarks.Pipelines;
using KvCompose.Benchmarks.Quick;
using KvCompose.Threading;

namespace KvCompose.Benchmarks;

/// <summary>One decode step's attention over a full cache, beside a plain sum of as many bytes.</summary>
public class DecodeAttention : IDisposable
{
    private WorkerPool? _workers;
    private KvSession? _session;
    private PlainSum? _sum;

    /// <summary>Elements of a head.</summary>
    [Params(64, 128)]
    public int HeadDim { get; set; }

    /// <summary>Tokens in the cache.</summary>
    [Params(4096, 32_768)]
    public int Tokens { get; set; }

    /// <summary>Fills the cache.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _workers = new WorkerPool(2);
        var model = new AttentionOnlyModel(new TransformerShape(1, 16, 4, HeadDim, 16, 16, 1 << 22), _workers);
        _session = HeadDim == 64 ? Full64.Open(model) : Full128.Open(model);
        _session.FillRandom(Tokens);
        _sum = new PlainSum(8L * Tokens * HeadDim, _workers);
    }

    /// <summary>The yardstick.</summary>
    [Benchmark(Baseline = true)]
    public float Sum() => _sum!.Run();

    /// <summary>Attention; the cache grows by a token a call, which does not matter at these lengths.</summary>
    [Benchmark]
    public void Attend() => _session!.Step([1]);

    /// <summary>Frees the cache.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _session?.Dispose();
        _sum?.Dispose();
        _workers?.Dispose();
    }
}
