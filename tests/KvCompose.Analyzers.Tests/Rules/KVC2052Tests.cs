using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2052Tests
{
    // Three heads of 136 tokens each take a page of 256, and one head keeps all 2048.
    [Theory]
    [InlineData("{|KVC2052:256|}", "0.3", "'HeteroHeads' asks for 30 % of a prompt, but of 2048 tokens in pages of 256 the heads hold 34 %")]
    [InlineData("256", "0.5", "")]
    [InlineData("32", "0.3", "")]
    public async Task Pages_OverATenthAboveTheRatio_AreReported(string pageTokens, string ratio, string message)
    {
        var harness = Check.Analyzers with { Project = new TestProject { AdditionalFiles = [new AdditionalSource("p.json", RoleProfiles.Star)] } };
        var found = await harness.VerifyAsync(
            $"using KvCompose; [KvPipeline(PageTokens = {pageTokens}), HeteroHeads(Profile = \"p.json\", Ratio = {ratio}), LastQuery, HostOffload] partial class Chat;");
        Assert.Equal(message.Length == 0 ? [] : [message], found.Select(static diagnostic => diagnostic.GetMessage()));
    }
}
