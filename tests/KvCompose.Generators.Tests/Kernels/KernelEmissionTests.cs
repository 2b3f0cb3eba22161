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
        GeneratorRun run = KernelHarness.WithDevice.Run(SnapKv);
        Assert.Contains("static void ObserveKernel(", run.Sources["Pipe.Kernels.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void Run_DeviceNotReferenced_EmitsNoKernels()
        => Assert.DoesNotContain(KernelHarness.WithoutDevice.Run(SnapKv).Sources.Keys, name => name.Contains("Kernels", StringComparison.Ordinal));

    [Fact]
    public void Run_EveryTokenKept_EmitsAttentionAlone()
    {
        string kernels = KernelHarness.WithDevice.Run(FullCache).Sources["Pipe.Kernels.g.cs"];
        Assert.Equal(2, kernels.Split("[KernelName(").Length - 1);
        Assert.Contains("static void AttendKernel(", kernels, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_StorageThatKernelsDoNotRead_EmitsNoneAndSaysWhy()
    {
        GeneratorRun run = KernelHarness.WithDevice.Run(FullCache.Replace("[FullCache]", "[FullCache, Fp16Storage]", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Sources.Keys, name => name.Contains("Kernels", StringComparison.Ordinal));
        Assert.Contains("kernels: none", run.Sources["Pipe.Plan.g.cs"], StringComparison.Ordinal);
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

    [Theory]
    [MemberData(nameof(HeadDims))]
    public void Run_AnyHeadDimension_KernelsOfAllGroupsCompile(int headDim)
    {
        string groups = string.Join('\n', Enumerable.Range(1, 16).Select(group =>
            $"[KvPipeline(HeadDim = {headDim}, GroupSize = {group}, PageTokens = {16 * group})] [FullCache] public sealed partial class G{group};"));
        string observing = $"[KvPipeline(HeadDim = {headDim}, GroupSize = 16)] [UniformBudget] [SnapKv] public sealed partial class Observing;";
        GeneratorRun run = KernelHarness.WithDevice.Run("using KvCompose;\n" + groups + "\n" + observing);
        Assert.Equal(17, run.Sources.Keys.Count(static name => name.EndsWith(".Kernels.g.cs", StringComparison.Ordinal)));
    }

    public static TheoryData<int> HeadDims() => [.. Enumerable.Range(1, 16).Select(static i => 16 * i)];
}
