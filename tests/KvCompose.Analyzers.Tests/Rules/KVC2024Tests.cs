namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2024Tests
{
    [Theory]
    [InlineData("TokenSelectivePropagation(Tokens = 2048), UniformBudget(Tokens = 512), SnapKv, {|KVC2024:Residency<Archive>|}")]
    [InlineData("UniformBudget(Tokens = 512), SnapKv, Residency<Archive>")]
    public async Task BackingStore_BehindAPropagation_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync(
            "using KvCompose; [ResidencyFacts(Provides = StageProducts.BackingStore)] struct Archive : IResidency<Archive> { public static void Place(in Archive options, in PlacementContext context) { } } [KvPipeline, "
            + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "Stage 'Archive' can fetch only tokens that reached a layer; after 'TokenSelectivePropagation' that is not the whole prompt", diagnostic.GetMessage()));
    }
}
