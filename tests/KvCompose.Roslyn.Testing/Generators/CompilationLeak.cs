using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace KvCompose.Roslyn.Testing;

/// <summary>Proves that a driver which goes on living does not keep the compilations of the past alive.</summary>
public static class CompilationLeak
{
    /// <summary>Runs on a compilation, then on an edited one, and waits for the first to be collected.</summary>
    /// <exception cref="RoslynAssertException">The generator's state keeps the first compilation alive.</exception>
    public static void AssertOldCompilationIsCollectable(GeneratorHarness harness, params string[] sources)
    {
        var (driver, old) = RunOnTwoCompilations(harness, sources);
        for (var attempt = 0; attempt < 10 && old.IsAlive; attempt++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        GC.KeepAlive(driver);
        if (old.IsAlive)
            throw new RoslynAssertException("The generator's state keeps the previous compilation alive.");
    }

    // Its locals must be gone from the stack when the collection runs.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (GeneratorDriver Driver, WeakReference Old) RunOnTwoCompilations(GeneratorHarness harness, string[] sources)
    {
        var old = harness.Project.Compile(sources);
        var driver = harness.NewDriver(trackSteps: false).RunGenerators(old);
        if (driver.GetRunResult().GeneratedTrees.IsEmpty)
            throw new RoslynAssertException("Nothing was generated, so nothing can be said about what is kept.");
        var edited = old.AddSyntaxTrees(harness.Project.Parse("internal class Added;", "Added.cs"));
        return (driver.RunGenerators(edited), new WeakReference(old));
    }
}
