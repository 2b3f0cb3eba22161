using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Kernels;

public class KernelEmissionTests
{
    private const string SnapKv = """
        using KvCompose;
        [KvPipeline(HeadDim = 64, GroupSize = 4)]
        [UniformBudget]
        [SnapKv]
        public sealed partial class Pipe;
        """;

    private const string FullCache = """
        using KvCompose;
        [KvPipeline(HeadDim = 64, GroupSize = 4)]
        [FullCache]
        public sealed partial class Pipe;
        """;

    [Fact]
    public void Run_DeviceReferenced_EmitsKernelsOnceAndKeepsThemOverUnrelatedEdits()
    {
        GeneratorRun run = KernelHarness.Run(SnapKv);
        Assert.Contains("static void ObserveKernel(", run.Sources["Pipe.Kernels.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DeviceNotReferenced_EmitsNoKernels()
        => Assert.DoesNotContain(KernelHarness.WithoutDevice.Run(SnapKv).Sources.Keys, name => name.Contains("Kernels", StringComparison.Ordinal));

    [Fact]
    public void Run_SimulatorNotAskedFor_EmitsNothingForIt()
        => Assert.DoesNotContain(KernelHarness.WithDevice.Run(SnapKv).Sources, static source
            => source.Key.Contains("Simulated", StringComparison.Ordinal) || source.Value.Contains("Simulat", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void Run_SimulatorAskedForWithoutADevice_EmitsNothingForIt()
    {
        GeneratorHarness harness = KernelHarness.WithoutDevice with
        {
            Project = KernelHarness.WithoutDevice.Project with { BuildProperties = KernelHarness.WithSimulator.Project.BuildProperties },
        };
        Assert.DoesNotContain(harness.Run(SnapKv).Sources.Keys, static name => name.Contains("Kernels", StringComparison.Ordinal));
    }

    [Fact]
    public void Run_EveryTokenKept_EmitsAttentionAlone()
    {
        string kernels = KernelHarness.Run(FullCache).Sources["Pipe.Kernels.g.cs"];
        Assert.Equal(2, kernels.Split("[KernelName(").Length - 1);
        Assert.Contains("static void AttendKernel(", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_StorageThatKernelsDoNotRead_EmitsNoneAndSaysWhy()
    {
        GeneratorRun run = KernelHarness.WithoutKernels.Run(FullCache.Replace("[FullCache]", "[FullCache, Fp16Storage]", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Sources.Keys, name => name.Contains("Kernels", StringComparison.Ordinal));
        Assert.Contains("kernels: none", run.Sources["Pipe.Plan.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LaterLayersShortenTables_RanksAndTruncates()
    {
        GeneratorRun run = KernelHarness.Run("""
            using KvCompose;
            [KvPipeline(HeadDim = 32, GroupSize = 2)]
            [CakeBudget(Tokens = 40)]
            [CakeIndicator(Window = 8)]
            public sealed partial class Pipe;
            """);
        string kernels = run.Sources["Pipe.Kernels.g.cs"];
        Assert.All(
            (string[])["ScoreKernel", "TotalsKernel", "SelectKernel", "RankKernel", "GatherKernel", "TruncateKernel"],
            kernel => Assert.Contains($"static void {kernel}(", kernels, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("HeteroHeads, LastQuery, HostOffload, IceCache(Heads = HeadRoles.Full)", "WatchScoreKernel", "RefreshKernel", "PageScoreKernel", "PageCopyKernel")]
    [InlineData("CakeBudget(Tokens = 512), CakeIndicator(EvictDuringDecode = false), IceCache", "RankKernel", "TruncateKernel", "PageScoreKernel", "PageCopyKernel")]
    public void Run_HybridsWithPages_HaveTheKernelsOfBothParents(string stages, params string[] expected)
    {
        string kernels = KernelHarness.Run($"""
            using KvCompose;
            [KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
            [{stages}]
            public sealed partial class Pipe;
            """).Sources["Pipe.Kernels.g.cs"];
        Assert.All(expected, kernel => Assert.Contains($"static void {kernel}(", kernels, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("H2o", "AllRowsLogSumExpKernel", "ObserveKernel", "EvictKernel")]
    [InlineData("TokenSelectivePropagation(Layer = 8), SnapKv", "LogSumExpKernel", "LayerScoreKernel", "OnwardKernel")]
    public void Run_AllRowsOrAPropagation_HasItsKernels(string stages, params string[] expected)
    {
        string kernels = KernelHarness.Run($"""
            using KvCompose;
            [KvPipeline(HeadDim = 32, GroupSize = 2)]
            [UniformBudget(Ratio = 0.1)]
            [{stages}]
            public sealed partial class Pipe;
            """).Sources["Pipe.Kernels.g.cs"];
        Assert.All(expected, kernel => Assert.Contains($"static void {kernel}(", kernels, StringComparison.Ordinal));
        Assert.Equal(stages != "H2o", kernels.Contains("static void LogSumExpKernel(", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("IceCache", true)]
    [InlineData("Quest(ReuseGroup = 2)", true)]
    [InlineData("IceCache(HostPages = KvCompose.HostPageFormat.Int8)", false)]
    public void Run_PagesThatComeBack_AreRankedChosenAndCopiedWhereTheyAreKeptAlike(string stage, bool alike)
    {
        string kernels = KernelHarness.Run($"""
            using KvCompose;
            [KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
            [UniformBudget(Tokens = 64)]
            [StreamingLlm]
            [{stage}]
            public sealed partial class Pipe;
            """).Sources["Pipe.Kernels.g.cs"];
        Assert.Contains("static void AttendKernel(", kernels, StringComparison.Ordinal);
        Assert.All(
            (string[])["PageScoreKernel", "PageChoiceKernel", "PageCopyKernel"],
            kernel => Assert.Equal(alike, kernels.Contains($"static void {kernel}(", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_HeadsThatAreWatched_HasTheKernelsOfAMonitor()
    {
        string kernels = KernelHarness.Run(FullCache.Replace("[FullCache]", "[HeteroHeads, LastQuery, HostOffload]", StringComparison.Ordinal))
            .Sources["Pipe.Kernels.g.cs"];
        Assert.All(
            (string[])["PromptLogSumExpKernel", "WatchScoreKernel", "TopMaskKernel", "OverlapKernel", "RefreshKernel"],
            kernel => Assert.Contains($"static void {kernel}(", kernels, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_RestartThatKeepsItsPromptWhole_ChoosesTheNewPrompt()
    {
        string kernels = KernelHarness.Run(FullCache.Replace("[FullCache]", "[GemFilter(Layer = 4), FullCache]", StringComparison.Ordinal))
            .Sources["Pipe.Kernels.g.cs"];
        Assert.All(
            (string[])["ProductKernel", "SmoothKernel", "SelectPromptKernel"],
            kernel => Assert.Contains($"static void {kernel}(", kernels, StringComparison.Ordinal));
        Assert.DoesNotContain("static void SelectKernel(", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Edit_ReferenceToTheDeviceAdded_LeavesTheProcessorsFilesCached()
    {
        GeneratorHarness harness = KernelHarness.WithDevice;
        Compilation with = harness.Project.Compile(SnapKv);
        Compilation without = KernelHarness.WithoutDevice.Project.Compile(SnapKv);
        GeneratorDriver driver = harness.NewDriver(trackSteps: true).RunGenerators(without).RunGenerators(with);
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        Assert.Equal([IncrementalStepRunReason.Modified], IncrementalAssert.Reasons(result, TrackingNames.Target));
        Assert.Contains(result.GeneratedSources, source => source.HintName == "Pipe.Kernels.g.cs");
        Assert.All(
            IncrementalAssert.Reasons(result, TrackingNames.Plan),
            reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged));
    }

    // One block of query heads, several with a last one that is not full, several full ones.
    [Theory]
    [InlineData("GroupSize = 1, PageTokens = 16", "FullCache")]
    [InlineData("GroupSize = 11, PageTokens = 48", "FullCache")]
    [InlineData("GroupSize = 16, PageTokens = 256", "FullCache")]
    [InlineData("GroupSize = 2", "UniformBudget, SnapKv")]
    [InlineData("GroupSize = 3", "UniformBudget, H2o")]
    [InlineData("GroupSize = 3", "GemFilter, UniformBudget, SnapKv")]
    [InlineData("GroupSize = 3", "HeteroHeads, LastQuery, HostOffload")]
    public void Run_AnyHeadDimension_KernelsCompile(string shape, string stages)
    {
        IEnumerable<string> pipelines = Enumerable.Range(1, 16).Select(i =>
            $"[KvPipeline(HeadDim = {16 * i}, {shape}), {stages}] public sealed partial class Pipe{16 * i};");
        GeneratorHarness harness = KernelHarness.WithDevice;
        harness.NewDriver(trackSteps: false).RunGeneratorsAndUpdateCompilation(
            harness.Project.Compile("using KvCompose;\n" + string.Join('\n', pipelines)), out Compilation output, out _);
        SyntaxTree[] kernels = [.. output.SyntaxTrees.Where(static tree => tree.FilePath.EndsWith(".Kernels.g.cs", StringComparison.Ordinal))];
        Assert.Equal(16, kernels.Length);
        Assert.All(kernels, tree => Assert.DoesNotContain(
            output.GetSemanticModel(tree).GetDiagnostics(), static found => found.Severity >= DiagnosticSeverity.Warning));
        using LoadedAssembly loaded = LoadedAssembly.From(output);
        KernelHarness.CompileToPtx(loaded);
    }
}
