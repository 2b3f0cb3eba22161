extern alias analyzers;
extern alias generators;

using analyzers::KvCompose.Analyzers;
using KvCompose.Combinations.Catalogue;
using generators::KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Combinations.Compiling;

/// <summary>Asks the analyzer of combinations, many to a compilation, and runs the generator on the same declarations.</summary>
internal static class Judge
{
    private const int ClassesOfACompilation = 1500;

    /// <summary>Every combination with what is said of it, in their order.</summary>
    public static async Task<IReadOnlyList<Verdict>> AskAsync(IReadOnlyList<Combination> combinations)
    {
        IEnumerable<Verdict>[] verdicts = await Task.WhenAll(combinations.Chunk(ClassesOfACompilation).Select(static some => Task.Run(() => AskOneCompilationAsync(some))));
        return [.. verdicts.SelectMany(static some => some)];
    }

    private static async Task<IEnumerable<Verdict>> AskOneCompilationAsync(Combination[] combinations)
    {
        TestProject project = Declarations.Project;
        Compilation compilation = Declarations.Compile(combinations);
        ILookup<string, Diagnostic> found = (await new AnalyzerHarness(new PipelineDeclarationAnalyzer()) { Project = project }.DiagnoseAsync(compilation))
            .ToLookup(static diagnostic => Declarations.ClassAt(diagnostic.Location));
        GeneratorDriverRunResult run = new GeneratorHarness(static () => new KvPipelineGenerator(), []) { Project = project }
            .NewDriver(trackSteps: false).RunGenerators(compilation).GetRunResult();
        HashSet<string> generated = [.. run.GeneratedTrees.Where(static tree => !tree.FilePath.EndsWith(".Invalid.g.cs", StringComparison.Ordinal)).Select(static tree => Path.GetFileName(tree.FilePath).Split('.')[1])];
        return combinations.Select(combination => new Verdict(
            combination, [.. found[combination.ClassName]], generated.Contains(combination.ClassName)));
    }
}
