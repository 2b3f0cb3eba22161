using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;

namespace KvCompose.Generators.Tests.Harness;

public class GeneratorHarnessTests
{
    private const string ParseStep = ProbeGenerator<string>.ParseStep;

    [Fact]
    public void Run_GoodGenerator_GivesItsSourcesAndRunnableCode()
    {
        var run = Harness(Probe.Good).Run(Probe.Source);
        Assert.Equal(["Probe.Value.g.cs"], run.Sources.Keys);
        using var loaded = run.Load();
        Assert.Equal(-1.5f, loaded.Call("Probed", "Value"));
    }

    [Fact]
    public void Run_SourcesNameKvCompose_Compile()
        => Harness(Probe.Good).Run(Probe.Source, "class User { KvCompose.ITransformer? model; }");

    [Fact]
    public void Run_SpecIsNotEqualByValue_Fails()
        => AssertFails("An unrelated edit made step 'Parse' Modified", () => new ProbeGenerator<int[]>(static _ => [1], static _ => ""));

    [Fact]
    public void Run_SpecEqualButOutputFromSomethingElse_Fails()
        => AssertFails("An unrelated edit made output Modified", static () => new CompilationReader());

    [Fact]
    public void Run_SpecHoldsASymbol_FailsWithThePathToIt()
        => AssertFails("Parse.Type is", static () => new ProbeGenerator<HidesSymbol>(static type => new(type.Name, type), static _ => ""));

    [Fact]
    public void Run_UnknownStepName_FailsWithTheOnesThereAre()
    {
        var harness = new GeneratorHarness(Probe.Good, ["Parsed"]);
        var thrown = Assert.Throws<RoslynAssertException>(() => harness.Run(Probe.Source));
        Assert.Contains("No step is called 'Parsed'", thrown.Message);
        Assert.Contains(ParseStep, thrown.Message);
    }

    [Fact]
    public void Run_NothingToGenerate_AsksForNoSteps() => Assert.Empty(Harness(Probe.Good).Run("class Plain;").Sources);

    [Fact]
    public void Run_CultureInOutput_FailsWithTheLine()
        => AssertFails("+ // \u22121,5", static () => Probe.Emitting(static () => $"// {-1.5f}"));

    [Fact]
    public void Run_OutputDiffersEachTime_Fails()
    {
        var count = 0;
        AssertFails("differs", () => Probe.Emitting(() => $"// {count++}"));
    }

    [Fact]
    public void Run_OutputDoesNotCompile_Fails()
        => AssertFails("CS0246", static () => Probe.Emitting(static () => "partial class Probed { Nowhere x; }"));

    [Fact]
    public void Run_OutputWarns_Fails()
        => AssertFails("CS0219", static () => Probe.Emitting(static () => "partial class Probed { void M() { int unused = 1; } }"));

    [Fact]
    public void Run_OutputHasMalformedDocumentation_Fails()
        => AssertFails("CS1570", static () => Probe.Emitting(static () => "/// <summary>a < b</summary>\npartial class Probed;"));

    [Fact]
    public void Run_SourcesDoNotCompile_FailsUnlessAllowed()
    {
        var broken = Probe.Source + "class Broken { Nowhere x; }";
        Assert.Throws<RoslynAssertException>(() => Harness(Probe.Good).Run(broken));
        Assert.Single((Harness(Probe.Good) with { AllowCompileErrors = true }).Run(broken).Sources);
    }

    [Fact]
    public void Run_GeneratorThrows_FailsWithItsException()
        => AssertFails("InvalidTimeZoneException", static () => Probe.Emitting(static () => throw new InvalidTimeZoneException("no")));

    [Fact]
    public void Run_GeneratorReports_Fails() => AssertFails("must stay silent", static () => new Reporter());

    [Fact]
    public void Run_BuildProperty_ReachesTheGenerator()
    {
        var project = new TestProject();
        var harness = Harness(static () => new PropertyReader()) with
        {
            Project = project with { BuildProperties = project.BuildProperties.Add("KvCompose_Probe", "7") },
        };
        Assert.Equal("// 7", harness.Run(Probe.Source).Sources["Property.g.cs"]);
    }

    [Fact]
    public void Load_OutputDoesNotCompile_FailsWithTheErrors()
    {
        var run = (Harness(Probe.Good) with { AllowCompileErrors = true }).Run(Probe.Source + "class Broken { Nowhere x; }");
        Assert.Contains("CS0246", Assert.Throws<RoslynAssertException>(run.Load).Message);
    }

    [Fact]
    public void Call_MissingTypeOrMethod_FailsWithItsName()
    {
        using var loaded = Harness(Probe.Good).Run(Probe.Source).Load();
        Assert.Contains("'Nowhere'", Assert.Throws<RoslynAssertException>(() => loaded.Call("Nowhere", "Value")).Message);
        Assert.Contains("'Nothing'", Assert.Throws<RoslynAssertException>(() => loaded.Call("Probed", "Nothing")).Message);
    }

    private static GeneratorHarness Harness(Func<IIncrementalGenerator> create) => new(create, [ParseStep]);

    private static void AssertFails(string message, Func<IIncrementalGenerator> create)
        => Assert.Contains(message, Assert.Throws<RoslynAssertException>(() => Harness(create).Run(Probe.Source)).Message);

    // Equal by name alone: the cache works, and a compilation hides in it.
    private sealed record HidesSymbol(string Name, INamedTypeSymbol Type)
    {
        public bool Equals(HidesSymbol? other) => other?.Name == Name;

        public override int GetHashCode() => Name.GetHashCode();
    }

    private sealed class CompilationReader : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context)
        {
            var step = context.CompilationProvider.Select(static (_, _) => 1).WithTrackingName(ParseStep);
            context.RegisterSourceOutput(step.Combine(context.CompilationProvider), static (output, both)
                => output.AddSource("Trees.g.cs", "// " + both.Right.SyntaxTrees.Sum(static tree => tree.Length)));
        }
    }

    private sealed class Reporter : IIncrementalGenerator
    {
        private static readonly DiagnosticDescriptor Rule = new(
            "TST001", "title", "message", "category", DiagnosticSeverity.Warning, isEnabledByDefault: true);

        public void Initialize(IncrementalGeneratorInitializationContext context)
            => context.RegisterSourceOutput(
                context.CompilationProvider, static (output, _) => output.ReportDiagnostic(Diagnostic.Create(Rule, Location.None)));
    }

    private sealed class PropertyReader : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context)
        {
            var property = context.AnalyzerConfigOptionsProvider
                .Select(static (options, _)
                    => options.GlobalOptions.TryGetValue("build_property.KvCompose_Probe", out var value) ? value : "")
                .WithTrackingName(ParseStep);
            context.RegisterSourceOutput(property, static (output, value) => output.AddSource("Property.g.cs", "// " + value));
        }
    }
}
