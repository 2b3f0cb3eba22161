using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Package.Tests;

/// <summary>The analyzers and code fixes of an unpacked package, loaded as an IDE does it.</summary>
internal sealed class CompilerParts
{
    private readonly Assembly[] _assemblies;

    public CompilerParts(string folder)
    {
        var context = new AssemblyLoadContext(nameof(CompilerParts));
        context.Resolving += (self, name) => File.Exists(Path.Combine(folder, name.Name + ".dll")) ? self.LoadFromAssemblyPath(Path.Combine(folder, name.Name + ".dll")) : null;
        _assemblies = [.. Directory.GetFiles(folder, "*.dll").Select(context.LoadFromAssemblyPath)];
    }

    public IEnumerable<DiagnosticAnalyzer> Analyzers => Made<DiagnosticAnalyzer>();

    public IEnumerable<CodeFixProvider> Fixes => Made<CodeFixProvider>();

    private IEnumerable<T> Made<T>()
        => _assemblies.SelectMany(static assembly => assembly.GetTypes())
            .Where(static type => !type.IsAbstract && typeof(T).IsAssignableFrom(type))
            .Select(static type => (T)Activator.CreateInstance(type)!);
}
