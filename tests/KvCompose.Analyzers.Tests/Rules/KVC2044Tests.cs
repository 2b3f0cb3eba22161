namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2044Tests
{
    [Theory]
    [InlineData("HeteroHeads, LastQuery, {|KVC2044:HostOffload(Defects = KvCompose.PublishedDefects.ReferenceExact)|}")]
    [InlineData("{|KVC2044:HeteroHeads(Defects = KvCompose.PublishedDefects.TwoPrecisions)|}, LastQuery, HostOffload")]
    [InlineData("HeteroHeads, LastQuery, HostOffload(Defects = KvCompose.PublishedDefects.None)")]
    public async Task Defects_OfAnyStage_AreReported(string attributes)
    {
        await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
    }
}
