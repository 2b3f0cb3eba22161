namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2049Tests
{
    [Fact]
    public async Task Profile_WithoutPivots_BesideAMonitor_IsReported()
        => Assert.Equal(
            ["'HostOffload' monitors pivots, but 'p.json' has none, so nothing is ever fetched"],
            await RoleProfiles.MessagesAsync(RoleProfiles.Anchors, "HeteroHeads(Profile = \"p.json\"), LastQuery, {|KVC2049:HostOffload|}"));

    [Fact]
    public async Task Profile_WithPivots_IsNot()
        => Assert.Empty(await RoleProfiles.MessagesAsync(RoleProfiles.Star, "HeteroHeads(Profile = \"p.json\"), LastQuery, HostOffload"));
}
