extern alias generators;

using KvCompose.Combinations.Catalogue;
using generators::KvCompose.Generators;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Combinations.Compiling;

/// <summary>Combinations as classes that can be run. Disposing unloads them.</summary>
internal sealed class CompiledPipelines : IDisposable
{
    private readonly LoadedAssembly _assembly;

    private CompiledPipelines(LoadedAssembly assembly) => _assembly = assembly;

    /// <summary>Generates, compiles and loads.</summary>
    /// <exception cref="RoslynAssertException">What was emitted does not compile, or not without a warning.</exception>
    public static CompiledPipelines Of(IEnumerable<Combination> combinations) => Of(combinations, Declarations.Project);

    /// <inheritdoc cref="Of(IEnumerable{Combination})"/>
    public static CompiledPipelines Of(IEnumerable<Combination> combinations, TestProject project)
    {
        Compilation declared = Declarations.Compile(combinations, project);
        new GeneratorHarness(static () => new KvPipelineGenerator(), []) { Project = project }
            .NewDriver(trackSteps: false).RunGeneratorsAndUpdateCompilation(declared, out Compilation output, out _);
        return new CompiledPipelines(LoadedAssembly.From(output));
    }

    /// <summary>The class of a combination.</summary>
    public Type this[Combination combination]
        => _assembly.Assembly.GetType($"{Declarations.Namespace}.{combination.ClassName}", throwOnError: true)!;

    public void Dispose() => _assembly.Dispose();
}
