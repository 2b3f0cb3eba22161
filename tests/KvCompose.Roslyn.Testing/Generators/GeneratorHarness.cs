using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace KvCompose.Roslyn.Testing;

/// <summary>
/// Runs a generator the way no test may forget: with sources, again after an edit elsewhere, and afresh under a hostile
/// culture. Every run asserts that nothing was recomputed, that no compiler object is kept, that the text is the same
/// each time, and that what was generated compiles without a warning.
/// </summary>
/// <param name="Create">Makes a new generator.</param>
/// <param name="StepNames">The generator's tracking names; each must appear as soon as anything is generated.</param>
public sealed record GeneratorHarness(Func<IIncrementalGenerator> Create, ImmutableArray<string> StepNames)
{
    private const string UnrelatedPath = "Unrelated.cs";
    private const string UnrelatedBefore = "internal static class Unrelated { internal static int Value() => 1; }";
    private const string UnrelatedAfter = "internal static class Unrelated { internal static int Value() => 2; } // edited";

    /// <summary>How the sources are compiled.</summary>
    public TestProject Project { get; init; } = new();

    /// <summary>For sources that are in error by themselves: the output is not compiled.</summary>
    public bool AllowCompileErrors { get; init; }

    /// <summary>Runs the generator and checks everything this harness stands for.</summary>
    /// <exception cref="RoslynAssertException">One of the checks fails.</exception>
    public GeneratorRun Run(params string[] sources)
    {
        var unrelated = Project.Parse(UnrelatedBefore, UnrelatedPath);
        var compilation = Project.Compile(sources).AddSyntaxTrees(unrelated);
        var first = NewDriver(trackSteps: true).RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        var run = new GeneratorRun(output, GeneratorRunChecks.SingleResult(first));

        var edited = compilation.Clone().ReplaceSyntaxTree(unrelated, Project.Parse(UnrelatedAfter, UnrelatedPath));
        var second = GeneratorRunChecks.SingleResult(first.RunGenerators(edited));
        IncrementalAssert.NothingRecomputed(second, StepNames);
        ModelGraph.AssertHoldsNoCompilerObjects(second, StepNames);

        GeneratorRunChecks.SameSources(run.Result, RunUnderHostileCulture(compilation));
        if (!AllowCompileErrors)
            GeneratorRunChecks.CompilesCleanly(run);
        return run;
    }

    /// <summary>A driver of this harness's generator, for tests that make their own edits.</summary>
    public GeneratorDriver NewDriver(bool trackSteps) => CSharpGeneratorDriver.Create(
        [Create().AsSourceGenerator()],
        Project.AdditionalFiles,
        parseOptions: Project.ParseOptions,
        optionsProvider: Project.OptionsProvider,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackSteps));

    private GeneratorRunResult RunUnderHostileCulture(Compilation compilation)
    {
        using var culture = HostileCulture.Enter();
        return GeneratorRunChecks.SingleResult(NewDriver(trackSteps: false).RunGenerators(compilation.Clone()));
    }
}
