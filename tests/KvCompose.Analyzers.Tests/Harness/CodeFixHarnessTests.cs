using KvCompose.Roslyn.Testing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace KvCompose.Analyzers.Tests.Harness;

public class CodeFixHarnessTests
{
    private readonly CodeFixHarness _harness = new(RenameFix.Good(), new LowerCaseAnalyzer());

    [Fact]
    public Task Verify_SeveralDiagnostics_AreFixedOneAfterTheOther()
        => _harness.VerifyAsync("class {|TST001:a|}; class {|TST001:b|};", "class A; class B;");

    [Fact]
    public Task Verify_SeveralFiles_AreAllFixed()
        => _harness.VerifyAsync(["class {|TST001:a|};", "class {|TST001:b|};"], ["class A;", "class B;"]);

    [Fact]
    public Task VerifyFixAll_TwoSites_AreFixedInOneGo()
        => _harness.VerifyFixAllAsync("class {|TST001:a|}; class {|TST001:b|};", "class A; class B;");

    [Fact]
    public Task VerifyFixAll_Project_FixesAllFiles()
        => _harness.VerifyFixAllAsync(["class {|TST001:a|};", "class {|TST001:b|};"], ["class A;", "class B;"]);

    [Fact]
    public Task VerifyFixAll_Document_LeavesTheOtherFile()
        => _harness.VerifyFixAllAsync(
            ["class {|TST001:a|};", "class {|TST001:b|};"], ["class A;", "class {|TST001:b|};"], FixAllScope.Document);

    [Fact]
    public async Task VerifyFixAll_NoProvider_Fails()
        => Assert.Contains("no Fix All", await FailureAsync(
            Renaming(static name => name.ToUpperInvariant(), fixAll: null).VerifyFixAllAsync("class {|TST001:a|};", "class A;")));

    [Fact]
    public async Task Verify_OtherText_FailsWithTheLine()
        => Assert.Contains("- class B;", await FailureAsync(_harness.VerifyAsync("class {|TST001:a|};", "class B;")));

    [Fact]
    public async Task Verify_MarkedDiagnosticNotThere_Fails()
        => Assert.Contains("missing: TST001", await FailureAsync(_harness.VerifyAsync("class {|TST001:A|};", "class A;")));

    [Fact]
    public async Task Verify_FixMakesACompileError_FailsUnlessMarked()
    {
        const string Before = "class {|TST001:a|}; class B : a;";
        Assert.Contains("CS0246", await FailureAsync(_harness.VerifyAsync(Before, "class A; class B : a;")));
        await _harness.VerifyAsync(Before, "class A; class B : {|CS0246:a|};");
    }

    [Fact]
    public async Task Verify_FixNeverEnds_Fails()
        => Assert.Contains("still offers", await FailureAsync(
            Renaming(static name => name + "x").VerifyAsync("class {|TST001:a|};", "class ax;")));

    [Fact]
    public async Task Verify_FixChangesNothing_Fails()
        => Assert.Contains("changes nothing", await FailureAsync(
            Renaming(static name => name).VerifyAsync("class {|TST001:a|};", "class a;")));

    [Fact]
    public async Task Verify_FewerSourcesExpected_Fails()
        => Assert.Contains("2 sources", await FailureAsync(_harness.VerifyAsync(["class A;", "class B;"], ["class A;"])));

    [Fact]
    public async Task VerifyOffersNothing_FixOffersSomething_Fails()
    {
        Assert.Contains("offers 'Rename'", await FailureAsync(_harness.VerifyOffersNothingAsync("class {|TST001:a|};")));
        await (_harness with { EquivalenceKey = "Another" }).VerifyOffersNothingAsync("class {|TST001:a|};");
    }

    [Fact]
    public Task Verify_WithGenerator_SeesGeneratedPartsAndFixesOnlySources()
        => (_harness with { Generators = [new BaseGenerator()] }).VerifyAsync("class {|TST001:a|} : generated;", "class A : generated;");

    private static CodeFixHarness Renaming(Func<string, string> rename, FixAllProvider? fixAll = null)
        => new(new RenameFix(rename, fixAll), new LowerCaseAnalyzer());

    private static async Task<string> FailureAsync(Task verification)
        => (await Assert.ThrowsAsync<RoslynAssertException>(() => verification)).Message;

    private sealed class BaseGenerator : IIncrementalGenerator
    {
        public void Initialize(IncrementalGeneratorInitializationContext context)
            => context.RegisterPostInitializationOutput(static output => output.AddSource("Generated.g.cs", "class generated;"));
    }
}
