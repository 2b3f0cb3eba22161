using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2052Tests
{
    /// <summary>A star and a layer of anchors: one of eight heads keeps everything.</summary>
    private const string Profile = """
        {
          "meta": { "counts": { "anchor": 4, "volatile": 0, "pivot": 1, "satellite": 3 } },
          "classification_matrix": [[3, 4, 4, 4], [1, 1, 1, 1]],
          "allocation_matrix": [[-1, 1, 1, 1], [1, 1, 1, 1]],
          "leader_member_relations": [{ "0": [1, 2, 3] }, {}]
        }
        """;

    // Seven heads of 292 tokens each take two pages of 256, and one head keeps all 2048; of 1024 tokens pages hold just as many.
    [Theory]
    [InlineData("{|KVC2052:256|}", "0.25", "'HeteroHeads' asks for 25 % of a prompt, but the heads hold 34 % of 2048 tokens in pages of 256")]
    [InlineData("256", "0.5625", "")]
    [InlineData("64", "0.25", "")]
    public async Task Pages_OverATenthAboveTheRatio_AreReported(string pageTokens, string ratio, string message)
    {
        var harness = Check.Analyzers with { Project = new TestProject { AdditionalFiles = [new AdditionalSource("p.json", Profile)] } };
        var found = await harness.VerifyAsync(
            $"using KvCompose; [KvPipeline(PageTokens = {pageTokens}), HeteroHeads(Profile = \"p.json\", Ratio = {ratio}), LastQuery, HostOffload(DriftThreshold = 0.6)] partial class Chat;");
        Assert.Equal(message.Length == 0 ? [] : [message], found.Select(static diagnostic => diagnostic.GetMessage()));
    }
}
