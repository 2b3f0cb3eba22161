namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2043Tests
{
    [Theory]
    [InlineData("HeteroHeads, LastQuery, {|KVC2043:HostOffload(DriftThreshold = 0)|}")]
    [InlineData("HeteroHeads, LastQuery, HostOffload(DriftThreshold = 0.01)")]
    public async Task Threshold_OfZero_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "Option DriftThreshold of 'HostOffload' is 0: no overlap is below 0, so nothing is ever fetched",
            diagnostic.GetMessage()));
    }
}
