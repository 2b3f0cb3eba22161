namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2050Tests
{
    [Theory]
    [InlineData("{|KVC2050:HeteroHeads|}, LastQuery, OmniKv(Filters = new[] { 1 })")]
    [InlineData("UniformBudget(Tokens = 64), AdaKvHeads, SnapKv, OmniKv(Filters = new[] { 1 })")]
    [InlineData("HeteroHeads, LastQuery, HostOffload")]
    public async Task RolesOfAProfile_BesideFilterLayers_AreReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "'HeteroHeads' has satellites refreshed for their pivots, but 'OmniKv' chooses the tokens of whole layers", diagnostic.GetMessage()));
    }
}
