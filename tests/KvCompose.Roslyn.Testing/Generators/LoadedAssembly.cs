using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>A compiled test assembly that can be run; disposing unloads it.</summary>
public sealed class LoadedAssembly : IDisposable
{
    private readonly AssemblyLoadContext _context;

    private LoadedAssembly(AssemblyLoadContext context, Assembly assembly) => (_context, Assembly) = (context, assembly);

    /// <summary>The loaded assembly. References are shared with the test, so types of KvCompose are the test's own.</summary>
    public Assembly Assembly { get; }

    /// <summary>Emits and loads a compilation.</summary>
    /// <exception cref="RoslynAssertException">It does not compile.</exception>
    public static LoadedAssembly From(Compilation compilation)
    {
        using var image = new MemoryStream();
        var emitted = compilation.Emit(image);
        if (!emitted.Success)
            throw new RoslynAssertException("The output does not compile:\n"
                + string.Join('\n', emitted.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        image.Position = 0;
        var context = new AssemblyLoadContext(compilation.AssemblyName, isCollectible: true);
        return new LoadedAssembly(context, context.LoadFromStream(image));
    }

    /// <summary>Calls a static method, public or not, and gives what it returns.</summary>
    /// <exception cref="RoslynAssertException">There is no such type or method.</exception>
    public object? Call(string typeName, string method, params object?[] arguments)
    {
        var type = Assembly.GetType(typeName) ?? throw new RoslynAssertException($"There is no type '{typeName}'.");
        var found = type.GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            ?? throw new RoslynAssertException($"'{typeName}' has no static method '{method}'.");
        return found.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    /// <summary>Lets the assembly be collected.</summary>
    public void Dispose() => _context.Unload();
}
