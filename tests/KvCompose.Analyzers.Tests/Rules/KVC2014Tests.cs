namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2014Tests
{
    [Theory]
    [InlineData("{|KVC2014:CakeBudget(Tokens = 512)|}, CakeIndicator(EvictDuringDecode = false), Residency<Archive>", "BackingStore")]
    [InlineData("CakeBudget(Tokens = 512), CakeIndicator(EvictDuringDecode = false), Residency<Archive>", "None")]
    [InlineData("UniformBudget, CakeIndicator(EvictDuringDecode = false), Residency<Archive>", "BackingStore")]
    public async Task Cascade_BesideABackingStore_IsReported(string attributes, string provides)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline, {{attributes}}] partial class Chat;
            [ResidencyFacts(Provides = StageProducts.{{provides}})]
            struct Archive : IResidency<Archive>
            {
                public static void Place(in Archive options, in PlacementContext context) { }
            }
            """);
        Assert.All(found, static diagnostic => Assert.Equal(
            "Budget 'CakeBudget' shrinks layers that are already processed, and the tokens that they lose would not reach the backing store of 'Archive'",
            diagnostic.GetMessage()));
    }
}
