using KvCompose.Analyzers;
using KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Docs.Tests;

/// <summary>
/// Compiles every C# block of README and docs with the generator and the analyzers. A block without a marker is a whole file. A block
/// marked <c>statements</c> is the body of a method with a parameter <c>model</c>, compiled with the page's whole files. A block marked
/// <c>invalid KVCxxxx</c> is a whole file that reports this rule. Blocks marked <c>json NAME</c> are additional files of their page.
/// </summary>
public sealed class CodeBlockTests
{
    private const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; "
        + "global using KvCompose; global using KvCompose.Models;";

    public static TheoryData<string, int> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, int>();
            foreach (Page page in Page.All.Where(page => page.Path == "README.md" || page.Path.StartsWith("docs/", StringComparison.Ordinal)))
            {
                for (int i = 0; i < page.Blocks.Count; i++)
                {
                    if (page.Blocks[i].Language == "csharp")
                    {
                        blocks.Add(page.Path, i);
                    }
                }
            }

            return blocks;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Block_OfEveryPage_IsWhatItsMarkerSays(string path, int index)
    {
        Page page = Page.Read(path);
        CodeBlock block = page.Blocks[index];
        string[] sources = block.Marker == "statements"
            ? [.. page.Blocks.Where(other => other is { Language: "csharp", Marker: "" }).Select(other => other.Code), $"static class Body {{ static void Run({ModelType} model) {{ {block.Code} }} }}"]
            : [block.Code];
        Diagnostic[] found = await DiagnoseAsync(page, sources);
        if (block.Marker.Split(' ') is ["invalid", var rule])
        {
            Assert.Contains(found, diagnostic => diagnostic.Id == rule);
            Assert.All(found.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), diagnostic => Assert.Equal(rule, diagnostic.Id));
            return;
        }

        Assert.Contains(block.Marker, (string[])["", "statements"]);
        Assert.True(found.Length == 0, $"{path}, block {index}:\n{string.Join('\n', found.Select(diagnostic => diagnostic.ToString()))}");
    }

    private static string ModelType => typeof(Models.LanguageModel).FullName!;

    private static async Task<Diagnostic[]> DiagnoseAsync(Page page, string[] sources)
    {
        var project = new TestProject
        {
            ExtraReferences = [typeof(Models.LanguageModel).Assembly],
            AdditionalFiles = [.. page.Blocks.Where(block => block is { Language: "json", Marker.Length: > 0 }).Select(block => new AdditionalSource(block.Marker, block.Code))],
        };
        CSharpCompilation compilation = project.Compile([Usings, .. sources]);
        bool program = compilation.SyntaxTrees.Any(tree => tree.GetRoot().ChildNodes().OfType<GlobalStatementSyntax>().Any());
        compilation = compilation.WithOptions(compilation.Options.WithOutputKind(program ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary));
        CSharpGeneratorDriver.Create([new KvPipelineGenerator().AsSourceGenerator()], project.AdditionalFiles, project.ParseOptions)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _);
        IEnumerable<Diagnostic> found = await output
            .WithAnalyzers([new PipelineDeclarationAnalyzer(), new StagesWithoutPipelineAnalyzer(), new UnobservedStatisticAnalyzer()], new AnalyzerOptions(project.AdditionalFiles))
            .GetAllDiagnosticsAsync();
        return [.. found.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning && diagnostic.Id != "CS1591")];
    }
}
