namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2047Tests
{
    [Theory]
    [InlineData("0.5", "0.5", "")]
    [InlineData("0.65", "{|KVC2047:0.5|}", "Reference sets hold 53 % of the prompt, so unrelated sets overlap by as much: with DriftThreshold = 0.5 'HostOffload' rarely detects drift")]
    [InlineData("0.65", "0.6", "")]
    public async Task Share_NotBelowTheThreshold_IsReported(string ratio, string threshold, string message)
        => Assert.Equal(message.Length == 0 ? [] : [message], await RoleProfiles.MessagesAsync(
            RoleProfiles.Star, $"HeteroHeads(Profile = \"p.json\", Ratio = {ratio}), LastQuery, HostOffload(DriftThreshold = {threshold})"));
}
