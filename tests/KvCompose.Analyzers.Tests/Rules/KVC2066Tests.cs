namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2066Tests
{
    [Theory]
    [InlineData("AdaKvHeads, {|KVC2066:Tova|}")]
    [InlineData("AdaKvHeads, Tova(Evict = false)")]
    [InlineData("Tova")]
    [InlineData("AdaKvHeads, KeyDiff")]
    public async Task SharedEviction_BesideAHeadRole_IsReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline, UniformBudget(Tokens = 64), {attributes}] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "Stage 'Tova' evicts the same tokens under all heads of a layer while decoding, but 'AdaKvHeads' lets the heads hold different ones",
            diagnostic.GetMessage()));
    }
}
