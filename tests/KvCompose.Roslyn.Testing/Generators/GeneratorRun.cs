using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>What one run of a generator gave.</summary>
/// <param name="Output">The compilation with the generated files.</param>
/// <param name="Result">The driver's result, with tracked steps.</param>
public sealed record GeneratorRun(Compilation Output, GeneratorRunResult Result)
{
    /// <summary>The generated files' text by hint name.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; }
        = Result.GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());

    /// <summary>Compiles the output and loads it into a context of its own, which disposing unloads.</summary>
    /// <exception cref="RoslynAssertException">The output does not compile.</exception>
    public LoadedAssembly Load() => LoadedAssembly.From(Output);
}
