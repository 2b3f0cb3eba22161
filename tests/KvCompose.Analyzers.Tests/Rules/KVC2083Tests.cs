namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2083Tests
{
    [Theory]
    [InlineData("{|KVC2083:CakeBudget(Tokens = 512)|}", "Paged")]
    [InlineData("{|KVC2083:CakeBudget(Tokens = 512)|}", "Tiered")]
    [InlineData("CakeBudget(Tokens = 512)", "Ragged")]
    [InlineData("UniformBudget", "Paged")]
    public async Task Cascade_BesideAPagedResidency_IsReported(string budget, string layout)
    {
        var found = await Check.Analyzers.VerifyAsync(
            "using KvCompose; [KvPipeline, " + budget + ", CakeIndicator, Residency<Clustered>] partial class Chat;"
            + "[ResidencyFacts(Layout = CacheLayout." + layout + ")] readonly struct Clustered : IResidency<Clustered>"
            + "{ public static void Place(in Clustered options, in PlacementContext context) { } }");
        Assert.All(found, static diagnostic => Assert.Equal(
            "Budget 'CakeBudget' shrinks layers by truncating their ranked pages, but 'Clustered' fills pages in another order",
            diagnostic.GetMessage()));
    }
}
