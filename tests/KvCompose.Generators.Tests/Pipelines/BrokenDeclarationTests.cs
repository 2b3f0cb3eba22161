using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Generators.Tests.Pipelines;

public class BrokenDeclarationTests
{
    /// <summary>One driver sees all texts one after another, as in an editor; what it emits for a text without errors compiles.</summary>
    [Fact]
    public void Generator_OnBrokenDeclarations_NeverThrowsAndNeverAddsAnError()
    {
        var sources = BrokenSources.Sample(1200, PipelineSeeds.All);
        Assert.True(sources.Count >= 1000, $"Only {sources.Count} sources.");
        var project = PipelineHarness.Strict.Project;
        var driver = PipelineHarness.Strict.NewDriver(trackSteps: false);
        foreach (var source in sources)
        {
            var compilation = project.Compile(source);
            driver = driver.RunGenerators(compilation);
            var result = driver.GetRunResult().Results.Single();
            Assert.True(result.Exception is null, $"{result.Exception}\n{source}");
            Assert.True(result.Diagnostics.IsEmpty, $"{string.Join('\n', result.Diagnostics)}\n{source}");
            if (!result.GeneratedSources.IsEmpty && !Errors(compilation).Any())
            {
                var errors = Errors(compilation.AddSyntaxTrees(result.GeneratedSources.Select(generated => generated.SyntaxTree)));
                Assert.True(!errors.Any(), $"{string.Join('\n', errors)}\n{source}");
            }
        }
    }

    [Theory]
    [InlineData("[KvPipeline, FullCache] class P;")]
    [InlineData("class Outer { [KvPipeline, FullCache] partial class P; }")]
    [InlineData("[KvPipeline, FullCache] partial record P;")]
    [InlineData("[KvPipeline, FullCache] partial struct P;")]
    [InlineData("[KvPipeline, FullCache] abstract partial class P;")]
    [InlineData("[KvPipeline, FullCache] partial class P<T>;")]
    [InlineData("partial class Outer<T> { [KvPipeline, FullCache] partial class P; }")]
    [InlineData("[KvPipeline, FullCache] file partial class P;")]
    [InlineData("file partial class Outer { [KvPipeline, FullCache] partial class P; }")]
    [InlineData("[KvPipeline, FullCache] partial class P { int Plan; }")]
    [InlineData("[KvPipeline, FullCache] partial class Session;")]
    [InlineData("[KvPipeline] partial class P;")]
    [InlineData("[FullCache] partial class P;")]
    [InlineData("[KvPipeline, SnapKv] partial class P;")]
    [InlineData("[KvPipeline, FullCache, StreamingLlm] partial class P;")]
    [InlineData("[KvPipeline, FullCache, KvPipeline] partial class P;")]
    [InlineData("[KvPipeline, FullCache] partial class P; [KvPipeline] partial class P;")]
    [InlineData("[KvPipeline(HeadDim = 60), FullCache] partial class P;")]
    [InlineData("[KvPipeline(HeadDim = \"64\"), FullCache] partial class P;")]
    [InlineData("[KvPipeline(64), FullCache] partial class P;")]
    [InlineData("[KvPipeline, FullCache(1)] partial class P;")]
    [InlineData("[KvPipeline, UniformBudget, SnapKv(Kernel = 4)] partial class P;")]
    [InlineData("[KvPipeline, UniformBudget, SnapKv(Kernel = many)] partial class P;")]
    [InlineData("[KvPipeline, UniformBudget(Tokens = 8), SnapKv] partial class P;")]
    [InlineData("[KvPipeline, FullCache, Storage<int>] partial class P;")]
    [InlineData("[KvPipeline, FullCache, Storage<Unknown>] partial class P;")]
    [InlineData("[KvPipeline, TokenSelection<P>] partial class P;")]
    [InlineData("[KvPipeline, FullCache] partial class Pipe; [KvPipeline, FullCache] partial class PIPE;")]
    public void Generator_OnADeclarationInError_EmitsNoPipeline(string declaration)
        => Assert.All(
            PipelineHarness.OfErrors.Run("using KvCompose; " + declaration).Sources.Keys, static hint => Assert.EndsWith(".Invalid.g.cs", hint));

    [Fact]
    public void Generator_OnOneDeclarationInErrorAmongOthers_EmitsTheOthers()
    {
        IEnumerable<string> hints = PipelineHarness.OfErrors.Run("using KvCompose; [KvPipeline, FullCache] partial class Good; [KvPipeline] partial class Bad;").Sources.Keys;
        Assert.Equal(["Bad.Invalid.g.cs"], hints.Where(static hint => !hint.StartsWith("Good.", StringComparison.Ordinal)));
        Assert.Equal(3, hints.Count(static hint => hint.StartsWith("Good.", StringComparison.Ordinal)));
    }

    /// <summary>Whoever uses the pipeline compiles: the error of the declaration stands alone.</summary>
    [Theory]
    [InlineData("[KvPipeline] public partial class P;", "")]
    [InlineData("[KvPipeline, SnapKv] public partial class P;", ", new P.Options { TokenSelection = new SnapKv() }")]
    [InlineData("[KvPipeline(HeadDim = 60), FullCache] public static partial class P;", ", new P.Options { MaxCacheBytes = 1 }")]
    [InlineData("[KvPipeline, UniformBudget(Tokens = 8), SnapKv] internal partial class P;", ", new P.Options { LayerBudget = new UniformBudget { Tokens = 64 } }")]
    [InlineData("[KvPipeline, HostOffload, IceCache, FullCache, StreamingLlm] public partial class P;", ", new P.Options { Residency2 = default }")]
    [InlineData("public class B { public static int Open, Plan; } [KvPipeline] public partial class P : B;", "")]
    public void Use_OfADeclarationInError_Compiles(string declaration, string options)
    {
        GeneratorRun run = PipelineHarness.OfErrors.Run($$"""
            using KvCompose;
            {{declaration}}
            internal static class User
            {
                public static int Use<T>(ITransformerSource<T> model)
                    where T : struct, ITransformer
                {
                    using P.Session<T> session = P.Open(model{{options}});
                    session.Prefill([1, 2]);
                    session.Step([3]);
                    return {{(declaration.Contains("HeadDim", StringComparison.Ordinal) ? "P" : "session")}}.Plan.HeadDim + P.Plan.PageTokens + session.Logits().Length;
                }
            }
            """);
        Assert.Equal("P.Invalid.g.cs", Assert.Single(run.Sources.Keys));
        Assert.Empty(run.Output.GetDiagnostics().Where(static found => found.Severity >= DiagnosticSeverity.Warning && found.Id != "CS1591"));
    }

    [Theory]
    [InlineData(LanguageVersion.CSharp9)]
    [InlineData(LanguageVersion.CSharp10)]
    public void Generator_UnderAnOlderLanguage_EmitsNothing(LanguageVersion version)
        => Assert.Empty(Under(version).Run("using KvCompose; [KvPipeline, FullCache] public partial class P { }").Sources);

    [Fact]
    public void Generator_UnderTheOldestPossibleLanguage_EmitsWhatCompiles()
        => Assert.NotEmpty(Under(LanguageVersion.CSharp11)
            .Run("using KvCompose; [KvPipeline(GroupSize = 2), UniformBudget, SnapKv, Fp16Storage] public partial class P { }").Sources);

    private static GeneratorHarness Under(LanguageVersion version)
        => PipelineHarness.Strict with { Project = new TestProject { LanguageVersion = version } };

    private static IEnumerable<Diagnostic> Errors(Compilation compilation)
        => compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}
