namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2012Tests
{
    [Theory]
    [InlineData("{|KVC2012:TokenSelection<Mine>|}", "Renumbered")]
    [InlineData("TokenSelection<Mine>", "Original")]
    public async Task Stage_ThatRenumbersPositions_IsReported(string attribute, string policy)
    {
        var found = await Check.Analyzers.VerifyAsync($$"""
            using KvCompose;
            [KvPipeline, {{attribute}}] partial class Chat;
            [TokenSelectionFacts(Positions = PositionPolicy.{{policy}})]
            struct Mine : ITokenSelection<Mine>
            {
                public static float Score(in Mine options, in TokenStatistics token) => 0;
            }
            """);
        Assert.All(found, static diagnostic => Assert.Equal(
            "Stage 'Mine' renumbers positions, but cached keys are already rotated by their original positions", diagnostic.GetMessage()));
    }
}
