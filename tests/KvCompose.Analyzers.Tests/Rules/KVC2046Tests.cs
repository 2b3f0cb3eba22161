namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2046Tests
{
    [Theory]
    [InlineData("{|KVC2046:0.25|}", true)]
    [InlineData("{|KVC2046:0.49|}", true)]
    [InlineData("0.5", false)]
    public async Task Ratio_ThatLeavesNothingBesideTheFullHeads_IsReported(string ratio, bool reported)
    {
        string[] found = await RoleProfiles.MessagesAsync(
            RoleProfiles.Star, $"HeteroHeads(Profile = \"p.json\", Ratio = {ratio}), LastQuery, HostOffload");
        Assert.Equal(reported ? 1 : 0, found.Length);
        Assert.All(found, static message => Assert.EndsWith(
            "· 4 heads⌋ must be above 1, the number of heads of 'p.json' that keep the whole prompt", message));
    }
}
