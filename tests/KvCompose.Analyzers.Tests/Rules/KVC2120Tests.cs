namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2120Tests
{
    [Theory]
    [InlineData("UniformBudget(Tokens = 512), {|KVC2120:SnapKv|}")]
    [InlineData("UniformBudget(Tokens = 512), {|KVC2120:AdaKvHeads|}, {|KVC2120:SnapKv|}")]
    [InlineData("HeteroHeads, {|KVC2120:LastQuery|}, HostOffload")]
    [InlineData("UniformBudget(Tokens = 512), StreamingLlm(Sinks = 4), {|KVC2120:ThinKStorage|}")]
    [InlineData("FullCache, {|KVC2120:ThinKStorage|}")]
    public async Task QueryAwareStage_BesideSharedPrefixes_IsReported(string stages)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [KvPipeline(SharesPrefixes = true), {stages}] partial class Manual;");

    [Theory]
    [InlineData("KvPipeline(SharesPrefixes = true), UniformBudget(Tokens = 512), StreamingLlm(Sinks = 4)")]
    [InlineData("KvPipeline(SharesPrefixes = true), FullCache")]
    [InlineData("KvPipeline(SharesPrefixes = false), UniformBudget(Tokens = 512), SnapKv")]
    public async Task OtherStages_AreNotReported(string attributes)
        => await Check.Analyzers.VerifyAsync($"using KvCompose; [{attributes}] partial class Manual;");
}
