namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2040Tests
{
    [Theory]
    [InlineData("UniformBudget, LastQuery, {|KVC2040:HostOffload|}")]
    [InlineData("UniformBudget, AdaKvHeads, LastQuery, {|KVC2040:HostOffload|}")]
    [InlineData("HeteroHeads, LastQuery, HostOffload")]
    public async Task Residency_ThatReadsAProfileNobodyElseReads_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "'HostOffload' fetches for satellite heads, but no head-role stage of 'Chat' reads a profile that names them",
            diagnostic.GetMessage()));
    }
}
