namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2108Tests
{
    [Theory]
    [InlineData("HostOffload, {|KVC2108:IceCache|}", "'IceCache' and 'HostOffload' both serve heads of role satellite")]
    [InlineData("IceCache, {|KVC2108:Quest(Heads = HeadRoles.Compressed | HeadRoles.Full)|}", "'Quest' and 'IceCache' both serve heads of role compressed")]
    public async Task Residencies_ThatShareHeads_AreReported(string residencies, string message)
        => Assert.StartsWith(message, Assert.Single(await Check.Analyzers.VerifyAsync(
            "using KvCompose; [KvPipeline(PageTokens = 16), HeteroHeads(Ratio = 0.5), LastQuery, " + residencies + "] partial class Chat;")).GetMessage());

    [Theory]
    [InlineData("HostOffload, IceCache(Heads = HeadRoles.Full)")]
    [InlineData("HostOffload, IceCache(Heads = HeadRoles.Full | HeadRoles.Compressed)")]
    [InlineData("Quest(Heads = HeadRoles.Full), HostOffload, ArkVale(Heads = HeadRoles.Compressed)")]
    public async Task Residencies_WithHeadsOfTheirOwn_AreNot(string residencies)
        => await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline(PageTokens = 16), HeteroHeads(Ratio = 0.5), LastQuery, " + residencies + "] partial class Chat;");
}
