namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2090Tests
{
    [Theory]
    [InlineData("UniformBudget(Tokens = 512), H2o, {|KVC2090:Int8Storage|}")]
    [InlineData("UniformBudget(Tokens = 512), H2o, {|KVC2090:Int4Storage|}")]
    [InlineData("CakeBudget(Tokens = 512), SnapKv, {|KVC2090:Int8Storage|}")]
    [InlineData("UniformBudget(Tokens = 512), StreamingLlm(Sinks = 16), IceCache, {|KVC2090:Int4Storage|}")]
    public async Task StageThatChangesFullPages_BesideQuantisedOnes_IsReported(string stages)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline(PageTokens = 16), {stages}] partial class Manual;");

    [Theory]
    [InlineData("UniformBudget(Tokens = 512), H2o(Evict = false), Int8Storage")]
    [InlineData("UniformBudget(Tokens = 512), H2o, Fp16Storage")]
    [InlineData("TokenSelectivePropagation(Layer = 15, Tokens = 2048), UniformBudget(Tokens = 512), SnapKv, Int4Storage")]
    [InlineData("FullCache, Int4Storage")]
    public async Task OtherStages_AreNotReported(string stages)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline, {stages}] partial class Manual;");
}
