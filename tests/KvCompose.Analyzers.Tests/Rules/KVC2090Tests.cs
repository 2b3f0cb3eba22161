namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2090Tests
{
    [Theory]
    [InlineData("UniformBudget(Tokens = 512), H2o, {|KVC2090:Int8Storage|}")]
    [InlineData("UniformBudget(Tokens = 512), H2o, {|KVC2090:Int4Storage|}")]
    [InlineData("CakeBudget(Tokens = 512), SnapKv, {|KVC2090:Int8Storage|}")]
    [InlineData("UniformBudget(Tokens = 512), StreamingLlm(Sinks = 16), IceCache, {|KVC2090:Int4Storage|}")]
    [InlineData("UniformBudget(Tokens = 512), H2o, {|KVC2090:ThinKStorage|}")]
    [InlineData("CakeBudget(Tokens = 512), SnapKv, {|KVC2090:ThinKStorage|}")]
    [InlineData("UniformBudget(Tokens = 512), StreamingLlm(Sinks = 16), IceCache, {|KVC2090:ThinKStorage|}")]
    public async Task StageThatChangesFullPages_BesideSealedOnes_IsReported(string stages)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline(PageTokens = 16), {stages}] partial class Manual;");

    [Theory]
    [InlineData("Int8Storage", "'Int8Storage' quantises pages when they are full, but 'H2o' takes tokens out of them while decoding")]
    [InlineData("ThinKStorage", "'ThinKStorage' prunes the keys of pages when they are full, but 'H2o' takes tokens out of them while decoding")]
    public async Task Message_SaysWhatIsDoneToPages(string storage, string message)
        => Assert.Equal(message, await Check.SingleMessageAsync(
            "using KvCompose; [KvPipeline, UniformBudget(Tokens = 512), H2o, {|KVC2090:" + storage + "|}] partial class Manual;"));

    [Theory]
    [InlineData("UniformBudget(Tokens = 512), H2o(Evict = false), Int8Storage")]
    [InlineData("UniformBudget(Tokens = 512), H2o, Fp16Storage")]
    [InlineData("TokenSelectivePropagation(Layer = 15, Tokens = 2048), UniformBudget(Tokens = 512), SnapKv, Int4Storage")]
    [InlineData("FullCache, Int4Storage")]
    [InlineData("UniformBudget(Tokens = 512), SnapKv, ThinKStorage")]
    public async Task OtherStages_AreNotReported(string stages)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline, {stages}] partial class Manual;");
}
