using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>What a reader of the emitted files sees, pipeline by pipeline.</summary>
public class EmittedCodeTests
{
    [Fact]
    public void Emit_FullCacheInHalfPrecision() => Match("""
        [KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 64)]
        [FullCache]
        [Fp16Storage]
        public sealed partial class Everything;
        """);

    [Fact]
    public void Emit_SnapKvWithPropagation() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 2)]
        [TokenSelectivePropagation(Layer = 15, Rate = 0.2)]
        [UniformBudget(Ratio = 0.1)]
        [SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
        public sealed partial class FastReader;
        """);

    [Fact]
    public void Emit_PropagationInNibbles() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 2)]
        [TokenSelectivePropagation(Layer = 15, Rate = 0.2)]
        [UniformBudget(Ratio = 0.1)]
        [SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
        [Int4Storage]
        public sealed partial class Nibbles;
        """);

    [Fact]
    public void Emit_KeysOfFewerChannels() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 2)]
        [UniformBudget(Ratio = 0.1)]
        [SnapKv]
        [ThinKStorage]
        public sealed partial class Thin;
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
    public void Emit_RestartOnChosenTokens() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 2)]
        [GemFilter(Layer = 13, Tokens = 1024)]
        [FullCache]
        public sealed partial class Gems;
        """);

    [Fact]
    public void Emit_PagesThatComeBack() => Match("""
        [KvPipeline(HeadDim = 64, GroupSize = 2, PageTokens = 16)]
        [UniformBudget(Tokens = 64)]
        [StreamingLlm(Sinks = 16)]
        [IceCache(Tokens = 192, Window = 32, DenseLayers = 2, ReuseGroup = 3, Prefetch = true)]
        public sealed partial class Pages;
        """);

    [Fact]
    public void Emit_BudgetsOfHeadsByTable() => Match(
        """
        [KvPipeline(HeadDim = 64, GroupSize = 2)]
        [UniformBudget(Ratio = 0.1)]
        [HeadKvHeads(Profile = "heads.json", Beta = 1.2)]
        [SnapKv(Window = 8, Kernel = 7)]
        public sealed partial class Retrievers;
        """,
        new AdditionalSource("heads.json", """{ "0-0": [0.9, 0.7], "0-1": 0.1, "1-0": 0.2, "1-1": 0.4 }"""));

    [Fact]
    public void Emit_CascadeIntoPages() => Match("""
        [KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
        [CakeBudget(Tokens = 512)]
        [CakeIndicator(Window = 32, EvictDuringDecode = false)]
        [IceCache(Tokens = 192, HostMebibytes = 256, DiskMebibytes = 4096)]
        public sealed partial class CakeOnDisk;
        """);

    [Fact]
    public void Emit_StarsOfHeads() => Match("""
        [KvPipeline(HeadDim = 128, GroupSize = 4)]
        [HeteroHeads(Ratio = 0.5)]
        [LastQuery]
        [HostOffload]
        public sealed partial class Stars;
        """);

    [Fact]
    public void Emit_StarsBesidePages() => Match("""
        [KvPipeline(HeadDim = 128, GroupSize = 4, PageTokens = 16)]
        [HeteroHeads(Ratio = 0.5)]
        [LastQuery]
        [HostOffload]
        [IceCache(Heads = HeadRoles.Full)]
        public sealed partial class StarsAndPages;
        """);

    [Fact]
    public void Emit_OpenPropagationInNibbles() => Match("""
        [KvPipeline]
        [TokenSelectivePropagation(Layer = 15, Rate = 0.2)]
        [UniformBudget(Ratio = 0.1)]
        [SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max, Reduction = GroupReduction.Sum)]
        [Int4Storage]
        public sealed partial class Nibbles;
        """);

    [Fact]
    public void Emit_OpenHeavyHitters() => Match("""
        [KvPipeline]
        [UniformBudget(Tokens = 512)]
        [H2o(Window = 32)]
        public sealed partial class HeavyHitters;
        """);

    [Fact]
    public void Emit_OpenKeysOfFewerChannels() => Match("""
        [KvPipeline]
        [MaxCacheBytes(1 << 30)]
        [UniformBudget(Kibibytes = 65536)]
        [SnapKv]
        [ThinKStorage]
        public sealed partial class Thin;
        """);

    [Fact]
    public void Emit_WithoutAStorage_IsSinglePrecision()
    {
        const string Declaration = """
            [KvPipeline(HeadDim = 64, GroupSize = 2)]
            [UniformBudget(Ratio = 0.1)]
            [SnapKv(Window = 8, Kernel = 7)]
            {0}
            public sealed partial class Reader;
            """;
        Assert.Equal(Code(Declaration.Replace("{0}", "[Fp32Storage]")), Code(Declaration.Replace("{0}", "")));
    }

    /// <summary>The emitted files but the plan, which repeats the declaration.</summary>
    private static IEnumerable<string> Code(string declaration)
        => Run(declaration).Sources.Where(static source => !source.Key.Contains(".Plan.", StringComparison.Ordinal)).Select(static source => source.Value);

    private static GeneratorRun Run(string declaration, params AdditionalSource[] files)
    {
        GeneratorHarness harness = PipelineHarness.Strict with { Project = PipelineHarness.Strict.Project with { AdditionalFiles = [.. files] } };
        return harness.Run("using KvCompose;\nnamespace Readers;\n\n" + declaration);
    }

    private static void Match(
        string declaration, AdditionalSource? additional = null, [System.Runtime.CompilerServices.CallerFilePath] string file = "",
        [System.Runtime.CompilerServices.CallerMemberName] string member = "")
    {
        GeneratorRun result = additional is null ? Run(declaration) : Run(declaration, additional);
        Assert.NotEmpty(result.Sources);
        Snapshot.Match(result.Sources, file, member);
    }
}
