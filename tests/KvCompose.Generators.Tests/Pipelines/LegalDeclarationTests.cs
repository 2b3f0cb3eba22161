using KvCompose.Roslyn.Testing;

namespace KvCompose.Generators.Tests.Pipelines;

/// <summary>Whatever can be declared is emitted, compiles without a warning, and is the same under every culture.</summary>
public class LegalDeclarationTests
{
    private const string OwnBudget = """
        [LayerBudgetFacts(Provides = StageProducts.LayerBudgets)]
        {0} struct Own : ILayerBudget<Own>
        {{
            [StageOption(-0.5, RunTime = true)] public double Share {{ get; init; }}
            public static void Allocate(in Own options, in LayerBudgetContext context, System.Span<int> budgets) {{ }}
        }}
        """;

    public static TheoryData<string> Seeds => [.. PipelineSeeds.All];

    public static TheoryData<string, string> Shapes
    {
        get
        {
            const string snapKv = "SnapKv(Window = 17, Kernel = 3), UniformBudget(Tokens = 99)";
            var shapes = new TheoryData<string, string>();
            foreach (var group in (int[])[1, 2, 3, 4, 5, 7, 8, 11, 16])
                shapes.Add($"HeadDim = 64, GroupSize = {group}", snapKv);
            foreach (var dimension in (int[])[16, 32, 48, 80, 96, 112, 128, 240, 256])
                shapes.Add($"HeadDim = {dimension}, GroupSize = 4", snapKv);
            foreach (var page in (int[])[16, 48, 240, 256])
                shapes.Add($"PageTokens = {page}", "StreamingLlm, UniformBudget");
            shapes.Add("PageTokens = 48", "StreamingLlm, UniformBudget, Fp16Storage");
            shapes.Add("PageTokens = 48", "StreamingLlm, UniformBudget, Int8Storage");
            shapes.Add("HeadDim = 16, GroupSize = 5, PageTokens = 16", "SnapKv, UniformBudget, AdaKvHeads, Int4Storage");
            shapes.Add("HeadDim = 240, GroupSize = 16, PageTokens = 256", "FullCache, Int4Storage");
            shapes.Add("HeadDim = 16, GroupSize = 5, PageTokens = 16", "SnapKv, UniformBudget, AdaKvHeads, ThinKStorage");
            shapes.Add("HeadDim = 240, GroupSize = 16, PageTokens = 256", "FullCache, ThinKStorage");
            foreach (var group in (int[])[1, 6, 16])
                shapes.Add($"HeadDim = 128, GroupSize = {group}", "FullCache");
            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Seed_AsItIs_IsEmitted(string source) => AssertEmitted(source);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Shape_WithEveryKindOfSelection_IsEmitted(string shape, string stages)
        => AssertEmitted($"using KvCompose; [KvPipeline({shape}), {stages}] public sealed partial class P;");

    [Theory]
    [InlineData("[KvPipeline, FullCache] partial class P;")]
    [InlineData("namespace A.B.C; [KvPipeline, FullCache] internal static partial class P;")]
    [InlineData("namespace @namespace.@event { [KvPipeline, FullCache] partial class @class; }")]
    [InlineData("partial class A { partial struct B { partial interface C { partial record D { partial record struct E { [KvPipeline, FullCache] private partial class P; } } } } }")]
    [InlineData("static partial class A { [KvPipeline, FullCache] private sealed partial class P; }")]
    [InlineData("[KvPipeline] [FullCache] partial class P { } partial class P { int own; }")]
    [InlineData("[KvPipeline] partial class P { } [FullCache] partial class P { }")]
    [InlineData("[KvPipeline, FullCache] partial class SnapKv; [KvPipeline, StreamingLlm, UniformBudget] partial class StreamingLlm;")]
    [InlineData("[KvPipeline, FullCache] partial class P; namespace A { [KvPipeline, FullCache] partial class P; } partial class Q { [KvPipeline, FullCache] partial class P; }")]
    public void Place_OfAnyKind_IsEmitted(string declaration) => AssertEmitted("using KvCompose;\n" + declaration);

    [Theory]
    [InlineData("public", "public")]
    [InlineData("internal", "internal")]
    public void OwnStage_OfAnyAccessibilityWithRunTimeOptions_IsEmitted(string pipeline, string stage)
        => AssertEmitted($$"""
            using KvCompose;
            [KvPipeline, StreamingLlm, LayerBudget<Own>] {{pipeline}} sealed partial class P;
            {{string.Format(OwnBudget, stage)}}
            """);

    private static void AssertEmitted(string source)
    {
        var harness = PipelineHarness.WithKernels;
        var kernels = PipelineHarness.HasKernels(source);
        var run = (kernels ? harness with { StepNames = [.. harness.StepNames, TrackingNames.Target] } : harness).Run(source);
        Assert.NotEmpty(run.Sources);
        Assert.Equal(kernels, run.Sources.Keys.Any(static hint => hint.EndsWith(".Kernels.g.cs")));
        Kernels.KernelHarness.CompileToPtx(run);
    }
}
