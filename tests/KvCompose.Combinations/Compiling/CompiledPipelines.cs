extern alias generators;

using KvCompose.Combinations.Catalogue;
using generators::KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KvCompose.Combinations.Compiling;

/// <summary>Combinations as classes that can be run. Disposing unloads them.</summary>
internal sealed class CompiledPipelines : IDisposable
{
    private readonly LoadedAssembly _assembly;
    private readonly Compilation _output;

    private CompiledPipelines(Compilation output) => (_assembly, _output) = (LoadedAssembly.From(output), output);

    /// <summary>Generates, compiles and loads.</summary>
    /// <exception cref="RoslynAssertException">What was emitted does not compile, or not without a warning.</exception>
    public static CompiledPipelines Of(IEnumerable<Combination> combinations) => Of(combinations, Declarations.Project);

    /// <inheritdoc cref="Of(IEnumerable{Combination})"/>
    public static CompiledPipelines Of(IEnumerable<Combination> combinations, TestProject project)
    {
        Compilation declared = Declarations.Compile(combinations, project);
        new GeneratorHarness(static () => new KvPipelineGenerator(), []) { Project = project }
            .NewDriver(trackSteps: false).RunGeneratorsAndUpdateCompilation(declared, out Compilation output, out _);
        return new CompiledPipelines(output);
    }

    /// <summary>The class of a combination.</summary>
    public Type this[Combination combination]
        => _assembly.Assembly.GetType($"{Declarations.Namespace}.{combination.ClassName}", throwOnError: true)!;

    /// <summary>The text of a kernel with the constants that it reads: equal texts compile to equal code.</summary>
    public string TextOf(Combination combination, string kernel)
    {
        SyntaxNode root = _output.SyntaxTrees.Single(tree => tree.FilePath.EndsWith($".{combination.ClassName}.Kernels.g.cs", StringComparison.Ordinal)).GetRoot();
        MethodDeclarationSyntax method = root.DescendantNodes().OfType<MethodDeclarationSyntax>().Single(candidate => candidate.Identifier.Text == kernel);
        return string.Concat(method.Parent!.ChildNodes().OfType<FieldDeclarationSyntax>().Append<SyntaxNode>(method.WithAttributeLists([])).Select(static node => node.ToString()));
    }

    public void Dispose() => _assembly.Dispose();
}
