using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>How test sources are compiled; the same for generators, analyzers and code fixes.</summary>
public sealed record TestProject
{
    /// <summary>Assemblies that the sources see beside the framework and KvCompose.</summary>
    public ImmutableArray<Assembly> ExtraReferences { get; init; } = [];

    /// <summary>Assemblies that the sources name by an extern alias, by that alias.</summary>
    public ImmutableDictionary<string, Assembly> AliasedReferences { get; init; } = ImmutableDictionary<string, Assembly>.Empty;

    /// <summary>MSBuild properties as the compiler shows them, without the <c>build_property.</c> prefix.</summary>
    public ImmutableDictionary<string, string> BuildProperties { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Files that are no sources.</summary>
    public ImmutableArray<AdditionalText> AdditionalFiles { get; init; } = [];

    /// <summary>The pinned Roslyn calls C# 14 a preview.</summary>
    public LanguageVersion LanguageVersion { get; init; } = LanguageVersion.Preview;

    /// <summary>Whether unsafe blocks compile.</summary>
    public bool AllowUnsafe { get; init; } = true;

    /// <summary>What the sources are parsed with; malformed XML documentation is a warning.</summary>
    public CSharpParseOptions ParseOptions => new(LanguageVersion, DocumentationMode.Diagnose);

    /// <summary>A library with nullable annotations on.</summary>
    public CSharpCompilationOptions CompilationOptions
        => new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: AllowUnsafe, nullableContextOptions: NullableContextOptions.Enable);

    /// <summary>Every reference of the sources.</summary>
    public IEnumerable<MetadataReference> References => TestReferences.Default
        .Concat(ExtraReferences.Select(TestReferences.Of))
        .Concat(AliasedReferences.Select(static reference => TestReferences.Of(reference.Value, reference.Key)));

    /// <summary>The options analyzers and generators see.</summary>
    public AnalyzerConfigOptionsProvider OptionsProvider => new BuildPropertyOptions(BuildProperties);

    /// <summary>The name of the file that holds a source: <c>Test0.cs</c>, <c>Test1.cs</c>...</summary>
    public static string FileName(int index) => $"Test{index}.cs";

    /// <summary>One source as a file.</summary>
    public SyntaxTree Parse(string source, string path)
        => CSharpSyntaxTree.ParseText(SourceText.From(source, System.Text.Encoding.UTF8), ParseOptions, path);

    /// <summary>Sources as one compilation.</summary>
    public CSharpCompilation Compile(params IEnumerable<string> sources)
        => CSharpCompilation.Create(
            "TestAssembly", sources.Select((source, i) => Parse(source, FileName(i))), References, CompilationOptions);
}
