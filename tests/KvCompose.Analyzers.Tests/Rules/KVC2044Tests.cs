namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2044Tests
{
    [Theory]
    [InlineData("HeteroHeads, LastQuery, {|KVC2044:HostOffload(Defects = KvCompose.Reference.HeteroCache.ReferenceDefects.ReferenceExact)|}")]
    [InlineData("{|KVC2044:HeteroHeads(Defects = KvCompose.Reference.HeteroCache.ReferenceDefects.TwoPrecisions)|}, LastQuery, HostOffload")]
    [InlineData("HeteroHeads, LastQuery, HostOffload(Defects = KvCompose.Reference.HeteroCache.ReferenceDefects.None)")]
    public async Task Defects_OfAnyStage_AreReported(string attributes)
    {
        await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
    }
}
