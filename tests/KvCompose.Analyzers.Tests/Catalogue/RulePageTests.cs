using KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers.Tests.Catalogue;

/// <summary>The examples on the pages are compiled.</summary>
public class RulePageTests
{
    public static TheoryData<string> Ids => [.. typeof(RuleIds).GetFields().Select(id => (string)id.GetRawConstantValue()!)];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task BadExample_OfEveryPage_YieldsTheRule(string id)
    {
        var found = await DiagnoseAsync(RulePage.All[id].Example("Bad"));
        Assert.Contains(found, diagnostic => diagnostic.Id == id);
        Assert.DoesNotContain(found, diagnostic => diagnostic.Id.StartsWith("AD"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task GoodExample_OfEveryPage_CompilesWithoutADiagnostic(string id)
        => Assert.Empty(await DiagnoseAsync(RulePage.All[id].Example("Good")));

    private static async Task<IReadOnlyList<Diagnostic>> DiagnoseAsync((string Code, TestProject Project) example)
    {
        var project = example.Project;
        CSharpGeneratorDriver.Create([new KvPipelineGenerator().AsSourceGenerator()], project.AdditionalFiles, project.ParseOptions)
            .RunGeneratorsAndUpdateCompilation(project.Compile(example.Code), out var output, out var reported);
        var found = await output
            .WithAnalyzers(
                [new PipelineDeclarationAnalyzer(), new StagesWithoutPipelineAnalyzer(), new UnobservedStatisticAnalyzer()],
                new AnalyzerOptions(project.AdditionalFiles))
            .GetAllDiagnosticsAsync();
        return [.. reported, .. found.Where(IsAboutTheDeclaration)];
    }

    // Examples need no documentation.
    private static bool IsAboutTheDeclaration(Diagnostic diagnostic)
        => (diagnostic.Severity >= DiagnosticSeverity.Warning || diagnostic.Id.StartsWith("KVC", StringComparison.Ordinal)) && diagnostic.Id != "CS1591";
}
