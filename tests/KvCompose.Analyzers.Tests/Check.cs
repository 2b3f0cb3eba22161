using KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis.CodeFixes;

namespace KvCompose.Analyzers.Tests;

/// <summary>The analyzers and fixes as an editor runs them: beside the generator.</summary>
internal static class Check
{
    /// <summary>All analyzers.</summary>
    public static AnalyzerHarness Analyzers { get; } = new(
        new PipelineDeclarationAnalyzer(), new StagesWithoutPipelineAnalyzer(), new UnobservedStatisticAnalyzer())
    {
        Generators = [new KvPipelineGenerator()],
    };

    /// <summary>One fix with all analyzers.</summary>
    public static CodeFixHarness Fix(CodeFixProvider fix)
        => new(fix, new PipelineDeclarationAnalyzer(), new StagesWithoutPipelineAnalyzer(), new UnobservedStatisticAnalyzer()) { Generators = [new KvPipelineGenerator()] };

    /// <summary>Runs the analyzers on marked sources and gives the message of the only diagnostic.</summary>
    public static async Task<string> SingleMessageAsync(params string[] markedSources)
        => Assert.Single(await Analyzers.VerifyAsync(markedSources)).GetMessage();
}
