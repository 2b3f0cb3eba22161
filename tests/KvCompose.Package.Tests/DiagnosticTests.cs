using KvCompose.Package.Tests.Running;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Package.Tests;

/// <summary>What the packaged analyzers and code fixes say of a pipeline that cannot exist.</summary>
[Collection(nameof(PackageCollection))]
public sealed class DiagnosticTests(Consumers consumers)
{
    [Fact]
    public async Task Build_PipelineWithoutABudget_ReportsTheRuleAndNoOtherError()
    {
        CommandResult build = await Command.DotnetAsync(consumers.FolderOf("Invalid"), ["build", "-c", "Release", "--nologo", "-v", "quiet"]);
        Assert.NotEqual(0, build.ExitCode);
        string[] errors = [.. build.Output.Split('\n').Where(static line => line.Contains(": error ", StringComparison.Ordinal)).Distinct()];
        Assert.NotEmpty(errors);
        Assert.All(errors, static error => Assert.Contains("error KVC2002", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fix_PipelineWithoutABudget_AddsTheSimplestBudget()
    {
        consumers.Build.Succeeded();
        string package = Path.Combine(consumers.Feed.Unpacked, "kvcompose", consumers.Feed.Version);
        var parts = new CompilerParts(Path.Combine(package, "analyzers", "dotnet", "cs"));
        using var workspace = new AdhocWorkspace();
        Document document = workspace.AddProject("Invalid", LanguageNames.CSharp)
            .WithParseOptions(new CSharpParseOptions(LanguageVersion.Preview))
            .WithCompilationOptions(new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true))
            .AddMetadataReferences(Framework().Append(MetadataReference.CreateFromFile(Path.Combine(package, "lib", "net10.0", "KvCompose.dll"))))
            .AddDocument("Pipeline.cs", "using KvCompose;\n\n[KvPipeline(HeadDim = 32, GroupSize = 2)]\n[SnapKv(Window = 8)]\ninternal static partial class WithoutBudget;\n");
        Compilation compilation = (await document.Project.GetCompilationAsync())!;
        Diagnostic diagnostic = Assert.Single(
            await compilation.WithAnalyzers([.. parts.Analyzers]).GetAnalyzerDiagnosticsAsync(), static found => found.Severity == DiagnosticSeverity.Error);
        Assert.Equal("KVC2002", diagnostic.Id);

        var actions = new List<CodeAction>();
        foreach (CodeFixProvider fix in parts.Fixes.Where(fix => fix.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        }

        CodeAction added = Assert.Single(actions);
        Assert.Equal("Add [UniformBudget(Ratio = 0.25)]", added.Title);
        Solution changed = (await added.GetOperationsAsync(CancellationToken.None)).OfType<ApplyChangesOperation>().Single().ChangedSolution;
        Assert.Contains("[UniformBudget(Ratio = 0.25)]", (await changed.GetDocument(document.Id)!.GetTextAsync()).ToString(), StringComparison.Ordinal);
    }

    private static IEnumerable<MetadataReference> Framework()
        => Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System.*.dll")
            .Where(static file => !file.Contains("Native", StringComparison.Ordinal))
            .Select(static file => MetadataReference.CreateFromFile(file));
}
