using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Harness;

public class IncrementalAssertTests
{
    private const string ParseStep = ProbeGenerator<string>.ParseStep;

    [Fact]
    public void Reasons_FirstRunAndRename_AreNewAndModified()
    {
        var project = new TestProject();
        var harness = new GeneratorHarness(Probe.Good, [ParseStep]);
        var compilation = project.Compile(Probe.Source);
        var driver = harness.NewDriver(trackSteps: true).RunGenerators(compilation);
        var first = driver.GetRunResult().Results.Single();
        Assert.Equal([IncrementalStepRunReason.New], IncrementalAssert.Reasons(first, ParseStep));
        Assert.Equal([IncrementalStepRunReason.New], IncrementalAssert.OutputReasons(first));

        var tree = compilation.SyntaxTrees.Single();
        var renamed = compilation.ReplaceSyntaxTree(tree, project.Parse(Probe.Source.Replace("Probed", "Renamed"), tree.FilePath));
        var second = driver.RunGenerators(renamed).GetRunResult().Results.Single();
        Assert.Equal([IncrementalStepRunReason.Modified], IncrementalAssert.Reasons(second, ParseStep));
        Assert.Throws<RoslynAssertException>(() => IncrementalAssert.NothingRecomputed(second, [ParseStep]));
        Assert.Throws<RoslynAssertException>(() => IncrementalAssert.Reasons(second, "Nowhere"));
    }
}
