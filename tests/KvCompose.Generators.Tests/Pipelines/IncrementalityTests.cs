using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Pipelines;

public class IncrementalityTests
{
    private const int Pipelines = 50;

    [Fact]
    public void UnrelatedEdit_BesideFiftyPipelines_RecomputesNothing()
        => Assert.Equal(Pipelines, PipelineHarness.Strict.Run([.. Enumerable.Range(0, Pipelines).Select(Source)]).Sources.Keys
            .Count(static hint => hint.EndsWith(".Plan.g.cs")));

    [Fact]
    public void EditOfOnePipelineOfFifty_RecomputesThatOneAlone()
    {
        var sources = Enumerable.Range(0, Pipelines).Select(Source).ToArray();
        var result = RunTwice(sources, edited: 7, Source(7).Replace("Window = 16", "Window = 24"));
        var outputs = IncrementalAssert.OutputReasons(result);
        Assert.Contains(IncrementalStepRunReason.Modified, outputs);
        Assert.Equal(outputs.Count / Pipelines, outputs.Count(static reason => reason != IncrementalStepRunReason.Cached));
        Assert.Single(IncrementalAssert.Reasons(result, TrackingNames.Plan), IncrementalStepRunReason.Modified);
        Assert.All(
            result.GeneratedSources.Where(static source => source.SourceText.ToString().Contains("Window = 24")),
            static source => Assert.StartsWith("P7.", source.HintName));
    }

    [Theory]
    [InlineData("// A comment.")]
    [InlineData("\n\n")]
    [InlineData("internal class Other { void Method() { } }")]
    public void EditOfAPipelinesFileThatLeavesItsDeclaration_RecomputesNothing(string added)
    {
        var result = RunTwice([Source(0), Source(1)], edited: 0, added + "\n" + Source(0).Replace("using KvCompose;", ""), common: "global using KvCompose;");
        IncrementalAssert.NothingRecomputed(result, [TrackingNames.Plan]);
    }

    [Fact]
    public void EditOfAStageInAnotherFile_RecomputesItsPipelines()
    {
        const string pipeline = "using KvCompose; [KvPipeline, TokenSelection<Own>] partial class P;";
        const string stage = """
            using KvCompose;
            struct Own : ITokenSelection<Own>
            {
                [StageOption(1)] public int Number { get; init; }
                public static float Score(in Own options, in TokenStatistics token) => 0;
            }
            """;
        var result = RunTwice([pipeline, stage], edited: 1, stage.Replace("StageOption(1)", "StageOption(2)"));
        Assert.Equal([IncrementalStepRunReason.Modified], IncrementalAssert.Reasons(result, TrackingNames.Plan));
    }

    [Fact]
    public void Declaration_BrokenAndMended_BecomesAStubAndReturns()
    {
        var project = PipelineHarness.Strict.Project;
        var driver = PipelineHarness.Strict.NewDriver(trackSteps: false).RunGenerators(project.Compile(Source(0)));
        var first = Texts(driver);
        driver = driver.RunGenerators(project.Compile(Source(0).Replace("Window = 16", "Window = 0")));
        Assert.Contains("is in error", Assert.Single(Texts(driver)), StringComparison.Ordinal);
        Assert.Equal(first, Texts(driver.RunGenerators(project.Compile(Source(0)))));
        static string[] Texts(GeneratorDriver driver)
            => [.. driver.GetRunResult().GeneratedTrees.Select(static tree => tree.ToString())];
    }

    [Fact]
    public void OldCompilation_AfterAnEdit_IsCollectable()
        => CompilationLeak.AssertOldCompilationIsCollectable(PipelineHarness.Strict, [.. PipelineSeeds.All]);

    private static string Source(int i)
        => $"using KvCompose;\n[KvPipeline(GroupSize = {1 + (i % 8)}), UniformBudget(Tokens = {100 + i}), SnapKv(Window = 16)] public partial class P{i};";

    private static GeneratorRunResult RunTwice(string[] sources, int edited, string text, string common = "")
    {
        var project = PipelineHarness.Strict.Project;
        var compilation = project.Compile(sources.Select(source => common.Length > 0 ? source.Replace("using KvCompose;", "") : source).Append(common));
        var driver = PipelineHarness.Strict.NewDriver(trackSteps: true).RunGenerators(compilation);
        var tree = compilation.SyntaxTrees[edited];
        return driver.RunGenerators(compilation.ReplaceSyntaxTree(tree, project.Parse(text, tree.FilePath))).GetRunResult().Results.Single();
    }
}
