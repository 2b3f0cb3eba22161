using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Roslyn.Testing;

/// <summary>A project in a workspace of its own, with generators that run whenever it is compiled.</summary>
internal sealed class CodeFixWorkspace : IDisposable
{
    private readonly AdhocWorkspace _workspace = new();
    private readonly ProjectId _project;
    private readonly ImmutableArray<DocumentId> _documents;

    public CodeFixWorkspace(TestProject options, IEnumerable<string> sources, ImmutableArray<IIncrementalGenerator> generators)
    {
        _project = ProjectId.CreateNewId();
        var solution = _workspace.CurrentSolution.AddProject(ProjectInfo.Create(
            _project, VersionStamp.Default, "TestAssembly", "TestAssembly", LanguageNames.CSharp,
            compilationOptions: options.CompilationOptions, parseOptions: options.ParseOptions, metadataReferences: options.References));
        if (!generators.IsEmpty)
            solution = solution.AddAnalyzerReference(_project, new GeneratorReference(generators));
        var documents = ImmutableArray.CreateBuilder<DocumentId>();
        foreach (var source in sources)
        {
            var id = DocumentId.CreateNewId(_project);
            var path = TestProject.FileName(documents.Count);
            documents.Add(id);
            solution = solution.AddDocument(id, path, source, filePath: path);
        }
        _documents = documents.ToImmutable();
        Solution = solution;
    }

    public Solution Solution { get; set; }

    public Project Project => Solution.GetProject(_project)!;

    /// <summary>The texts of the sources, in their order.</summary>
    public async Task<ImmutableArray<string>> TextsAsync()
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var id in _documents)
            texts.Add((await Project.GetDocument(id)!.GetTextAsync()).ToString());
        return texts.ToImmutable();
    }

    public void Dispose() => _workspace.Dispose();

    private sealed class GeneratorReference(ImmutableArray<IIncrementalGenerator> generators) : AnalyzerReference
    {
        private readonly ImmutableArray<ISourceGenerator> _generators = [.. generators.Select(GeneratorExtensions.AsSourceGenerator)];

        public override string? FullPath => null;

        public override object Id => this;

        public override ImmutableArray<DiagnosticAnalyzer> GetAnalyzers(string language) => [];

        public override ImmutableArray<DiagnosticAnalyzer> GetAnalyzersForAllLanguages() => [];

        public override ImmutableArray<ISourceGenerator> GetGenerators(string language) => _generators;
    }
}
