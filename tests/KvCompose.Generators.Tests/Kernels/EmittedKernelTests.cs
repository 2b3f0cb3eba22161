using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Kernels;

/// <summary>What a reader of the emitted kernels sees, method by method.</summary>
public class EmittedKernelTests
{
    [Fact]
    public void Emit_SnapKvWithPropagation() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 2)]
        [TokenSelectivePropagation(Layer = 15, Rate = 0.2)]
        [UniformBudget(Ratio = 0.1)]
        [SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
        public sealed partial class FastReader;
        """);

    [Fact]
    public void Emit_CakeCascade() => Match("""
        [KvPipeline(HeadDim = 32, GroupSize = 1, PageTokens = 16)]
        [CakeBudget(Tokens = 512, Tau1 = 1.6, Tau2 = 0.6)]
        [CakeIndicator(Window = 32)]
        public sealed partial class Cascade;
        """);

    [Fact]
    public void Emit_HeavyHitters() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 4)]
        [UniformBudget(Tokens = 512)]
        [H2o(Window = 32)]
        public sealed partial class HeavyHitters;
        """);

    [Fact]
    public void Emit_HeteroCacheBesidePages() => Match("""
        [KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 16)]
        [HeteroHeads(Ratio = 0.5)]
        [LastQuery]
        [HostOffload]
        [IceCache(Heads = HeadRoles.Full)]
        public sealed partial class StarsAndPages;
        """);

    /// <summary>The kernels alone: the loops of the same pipelines have snapshots of their own, and the simulated variant is derived.</summary>
    private static void Match(
        string declaration, [System.Runtime.CompilerServices.CallerFilePath] string file = "",
        [System.Runtime.CompilerServices.CallerMemberName] string member = "")
    {
        GeneratorRun run = KernelHarness.WithDevice.Run("using KvCompose;\nnamespace Readers;\n\n" + declaration);
        Dictionary<string, string> kernels = run.Sources.Where(static source => source.Key.EndsWith(".Kernels.g.cs", StringComparison.Ordinal))
            .ToDictionary(static source => source.Key, static source => source.Value);
        Assert.Single(kernels);
        Snapshot.Match(kernels, file, member);
    }
}
