namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2063Tests
{
    [Theory]
    [InlineData("{|KVC2063:IceCache|}")]
    [InlineData("Quest(HostPages = {|KVC2063:HostPageFormat.Fp32|})")]
    public async Task HostPages_OfMoreBitsThanTheCache_AreReported(string stage)
        => Assert.EndsWith("stores 32 bits per element on the host, of which attention uses 16", await Check.SingleMessageAsync(Pipeline(stage + ", Fp16Storage")));

    [Theory]
    [InlineData("IceCache(HostPages = HostPageFormat.Fp16), Fp16Storage")]
    [InlineData("IceCache(HostPages = HostPageFormat.Int8), Fp16Storage")]
    [InlineData("ArkVale")]
    public async Task HostPages_OfNoMoreBits_AreNot(string stages) => await Check.Analyzers.VerifyAsync(Pipeline(stages));

    private static string Pipeline(string stages)
        => "using KvCompose; [KvPipeline(PageTokens = 16), UniformBudget(Tokens = 64), StreamingLlm, " + stages + "] partial class Chat;";
}
