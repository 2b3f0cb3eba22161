using System.Collections.Immutable;
using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace KvCompose.Analyzers.Tests.Harness;

public class AnalyzerHarnessTests
{
    private readonly AnalyzerHarness _harness = new(new LowerCaseAnalyzer());

    [Fact]
    public async Task Verify_MarkedDiagnosticsInTwoFiles_PassesAndGivesThemInOrder()
    {
        var found = await _harness.VerifyAsync("class {|TST001:a|}; class {|TST001:b|};", "class {|TST001:c|};");
        Assert.Equal(
            ["'a' begins with a lower-case letter", "'b' begins with a lower-case letter", "'c' begins with a lower-case letter"],
            found.Select(diagnostic => diagnostic.GetMessage()));
    }

    [Fact]
    public Task Verify_NothingMarkedNothingFound_Passes() => _harness.VerifyAsync("class A;");

    [Theory]
    [InlineData("class {|TST001:A|};", "missing: TST001 at Test0.cs line 1 on 'A'")]
    [InlineData("class a;", "unexpected: Test0.cs(1,7): warning TST001: 'a' begins with a lower-case letter on 'a'")]
    [InlineData("\n{|TST001:class a|};", "missing: TST001 at Test0.cs line 2 on 'class a'")]
    [InlineData("class {|TST002:a|};", "missing: TST002")]
    [InlineData("class {|TST001:{|TST001:a|}|};", "missing: TST001 at Test0.cs line 1 on 'a'")]
    [InlineData("class A { Nowhere x; }", "unexpected: Test0.cs(1,11): error CS0246")]
    public async Task Verify_MarksAndDiagnosticsDiffer_FailsAndSaysWhich(string source, string message)
        => Assert.Contains(message, (await Assert.ThrowsAsync<RoslynAssertException>(() => _harness.VerifyAsync(source))).Message);

    [Fact]
    public Task Verify_DiagnosticInOtherFileThanMarked_Fails()
        => Assert.ThrowsAsync<RoslynAssertException>(() => _harness.VerifyAsync("class {|TST001:A|};", "class a;"));

    [Fact]
    public Task Verify_MarkedCompileError_Passes() => _harness.VerifyAsync("class A { {|CS0246:Nowhere|} x; }");

    [Fact]
    public Task Verify_PragmaDisablesTheRule_FindsNothing()
        => _harness.VerifyAsync("#pragma warning disable TST001\nclass a;\n#pragma warning restore\nclass {|TST001:b|};");

    [Fact]
    public async Task Verify_AnalyzerThrows_RethrowsItsException()
        => Assert.Equal("thrown by the analyzer", (await Assert.ThrowsAsync<InvalidTimeZoneException>(
            () => new AnalyzerHarness(new ThrowingAnalyzer()).VerifyAsync("class A;"))).Message);

    [Fact]
    public async Task Verify_WithGenerator_AnalyzesGeneratedParts()
    {
        var harness = _harness with { Generators = [new LowerCaseGenerator()] };
        await harness.VerifyAsync("class {|TST001:a|} : generated;");
        var unmarked = await Assert.ThrowsAsync<RoslynAssertException>(() => _harness.VerifyAsync("class {|TST001:a|} : generated;"));
        Assert.Contains("CS0246", unmarked.Message);
    }

    [Fact]
    public async Task Verify_OlderLanguageVersion_IsUsed()
    {
        var harness = _harness with { Project = new TestProject { LanguageVersion = LanguageVersion.CSharp11 } };
        await harness.VerifyAsync("class A{|CS9058:(int x)|};");
        await _harness.VerifyAsync("class A(int x) { int y = x; }");
    }

    private sealed class LowerCaseGenerator : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context)
            => context.RegisterPostInitializationOutput(static output => output.AddSource("Generated.g.cs", "class generated;"));
    }

    [DiagnosticAnalyzer(LanguageNames.CSharp)]
    private sealed class ThrowingAnalyzer : DiagnosticAnalyzer
    {
        public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }
            = [new("TST009", "title", "message", "category", DiagnosticSeverity.Warning, isEnabledByDefault: true)];

        public override void Initialize(AnalysisContext context)
        {
            context.EnableConcurrentExecution();
            context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
            context.RegisterSymbolAction(
                static _ => throw new InvalidTimeZoneException("thrown by the analyzer"), SymbolKind.NamedType);
        }
    }
}
