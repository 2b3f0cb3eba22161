namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2109Tests
{
    [Fact]
    public async Task Residency_OfRolesThatNobodyGives_IsReported()
        => Assert.Equal("'IceCache' serves heads of role full, but no stage of the pipeline assigns roles: every head is compressed", await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline(PageTokens = 16), UniformBudget(Tokens = 512), SnapKv, IceCache(Heads = {|KVC2109:HeadRoles.Full|})] partial class Chat;"));

    [Theory]
    [InlineData("UniformBudget(Tokens = 512), SnapKv, IceCache")]
    [InlineData("UniformBudget(Tokens = 512), SnapKv, IceCache(Heads = HeadRoles.Compressed)")]
    [InlineData("HeteroHeads(Ratio = 0.5), LastQuery, HostOffload, IceCache(Heads = HeadRoles.Full)")]
    public async Task Residency_WithHeads_IsNot(string stages)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline(PageTokens = 16), " + stages + "] partial class Chat;");
}
