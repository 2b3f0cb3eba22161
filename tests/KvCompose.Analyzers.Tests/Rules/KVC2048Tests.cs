namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2048Tests
{
    [Theory]
    [InlineData("0.75", "{|KVC2048:0.5|}", "Reference sets hold 67 % of the prompt, so any two of them overlap by at least 50 %: with DriftThreshold = 0.5 'HostOffload' never fetches anything")]
    [InlineData("0.8", "{|KVC2048:0.6|}", "Reference sets hold 73 % of the prompt, so any two of them overlap by at least 64 %: with DriftThreshold = 0.6 'HostOffload' never fetches anything")]
    [InlineData("0.8", "0.75", "")]
    public async Task Share_ThatLeavesNoOverlapBelowTheThreshold_IsReported(string ratio, string threshold, string message)
        => Assert.Equal(message.Length == 0 ? [] : [message], await RoleProfiles.MessagesAsync(
            RoleProfiles.Star, $"HeteroHeads(Profile = \"p.json\", Ratio = {ratio}), LastQuery, HostOffload(DriftThreshold = {threshold})"));
}
