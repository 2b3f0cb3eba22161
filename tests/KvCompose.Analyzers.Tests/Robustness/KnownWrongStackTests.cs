using Microsoft.CodeAnalysis;

namespace KvCompose.Analyzers.Tests.Robustness;

/// <summary>Stacks that other frameworks accept and then compute wrongly, or stop at in the first forward pass: here they do not compile.</summary>
public class KnownWrongStackTests
{
    private const string Own = """
        [HeadRoleFacts(Provides = StageProducts.HeadBudgets)]
        struct Masks : IHeadRole<Masks> { public static void Assign(in Masks options, in HeadBudgetContext context, System.Span<HeadRole> roles, System.Span<int> budgets) => budgets[0] /= 2; }
        [ResidencyFacts(Carries = CacheLayout.Uniform)]
        struct Rectangles : IResidency<Rectangles> { public static void Place(in Rectangles options, in PlacementContext context) { } }
        [TokenSelectionFacts(Needs = StageProducts.LayerBudgets, Positions = PositionPolicy.Renumbered, Lossy = true)]
        struct Rolling : ITokenSelection<Rolling> { public static float Score(in Rolling options, in TokenStatistics token) => token.Position; }
        """;

    // Two stages that mark evicted keys for themselves: the last one wins, while the reported ratio is the product.
    [InlineData("UniformBudget(Tokens = 512), AdaKvHeads, HeadRole<Masks>, SnapKv", "KVC2001")]

    // A stage whose indices are made on the uncut cache, in front of one that cuts it.
    [InlineData("UniformBudget(Tokens = 512), SnapKv, StreamingLlm", "KVC2001")]

    // Head-wise eviction over tensors that stay rectangular: nothing is freed.
    [InlineData("UniformBudget(Tokens = 512), HeadRole<Masks>, SnapKv, Residency<Rectangles>", "KVC2100")]

    // A stage in a chain that lacks the state which only its own caller sets.
    [InlineData("AdaKvHeads, SnapKv", "KVC2002")]
    [InlineData("UniformBudget(Tokens = 512), AdaKvHeads, StreamingLlm", "KVC2005")]

    // A stage that needs attention weights of tokens that an earlier cut has removed.
    [InlineData("TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), H2o(Evict = false)", "KVC2023")]

    // Keys that are cached rotated, under positions that are counted again.
    [InlineData("UniformBudget(Tokens = 512), TokenSelection<Rolling>", "KVC2012")]

    // Indices into tokens that decoding drops.
    [InlineData("UniformBudget(Tokens = 512), H2o, Quest", "KVC2016")]
    [InlineData("CakeBudget(Tokens = 512), CakeIndicator, Quest", "KVC2016")]
    [InlineData("CakeBudget(Tokens = 512), HeteroHeads, LastQuery, HostOffload", "KVC2014")]

    // A monitor that fetches for nobody; two owners of a head's budget.
    [InlineData("UniformBudget(Tokens = 512), SnapKv, HostOffload", "KVC2040")]
    [InlineData("CakeBudget(Tokens = 512), HeteroHeads, LastQuery, HostOffload", "KVC2042")]
    [Theory]
    public async Task Stack_DoesNotCompile(string stages, string rule)
    {
        var found = await (Check.Analyzers with { Generators = [] }).DiagnoseAsync(
            Check.Analyzers.Project.Compile("using KvCompose; [KvPipeline(PageTokens = 16), " + stages + "] partial class Chat;\n" + Own));
        Assert.Contains(found, diagnostic => diagnostic.Id == rule && diagnostic.Severity == DiagnosticSeverity.Error);
    }
}
