namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2033Tests
{
    private const string Stage = """
        struct Mine : ITokenSelection<Mine>, ILayerBudget<Mine>
        {
            public static float Score(in Mine options, in TokenStatistics token) => 0;
            public static void Allocate(in Mine options, in LayerBudgetContext context, System.Span<int> budgets) => budgets.Fill(64);
        }
        """;

    [Fact]
    public async Task FactsOfAnotherSlot_AreReported()
        => Assert.Equal(
            "Stage 'Mine' is used as token selection, but states its facts in [StorageFacts]; state them in [TokenSelectionFacts]",
            await Check.SingleMessageAsync($$"""
                using KvCompose;
                [KvPipeline, {|KVC2033:TokenSelection<Mine>|}] partial class Chat;
                [StorageFacts(ElementBits = 8)] {{Stage}}
                """));

    [Theory]
    [InlineData("")]
    [InlineData("[TokenSelectionFacts]")]
    [InlineData("[LayerBudgetFacts, TokenSelectionFacts]")]
    public async Task FactsOfTheSlot_OrNone_AreAccepted(string facts)
        => Assert.Empty(await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline, TokenSelection<Mine>] partial class Chat;
            {{facts}} {{Stage}}
            """));
}
