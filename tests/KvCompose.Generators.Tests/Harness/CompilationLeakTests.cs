using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Harness;

public class CompilationLeakTests
{
    [Fact]
    public void AssertCollectable_GoodGenerator_Passes()
        => CompilationLeak.AssertOldCompilationIsCollectable(new(Probe.Good, []), Probe.Source);

    [Fact]
    public void AssertCollectable_SymbolBehindEquality_Fails()
    {
        var harness = new GeneratorHarness(static () => new ProbeGenerator<Hidden>(static type => new(type), static _ => ""), []);
        var thrown = Assert.Throws<RoslynAssertException>(() => CompilationLeak.AssertOldCompilationIsCollectable(harness, Probe.Source));
        Assert.Contains("alive", thrown.Message);
    }

    [Fact]
    public void AssertCollectable_NothingGenerated_FailsRatherThanProvingNothing()
        => Assert.Throws<RoslynAssertException>(
            () => CompilationLeak.AssertOldCompilationIsCollectable(new(Probe.Good, []), "class Plain;"));

    private sealed class Hidden(INamedTypeSymbol type)
    {
        public override bool Equals(object? obj) => obj is Hidden;

        public override int GetHashCode() => 0;

        public override string ToString() => type.Name;
    }
}
