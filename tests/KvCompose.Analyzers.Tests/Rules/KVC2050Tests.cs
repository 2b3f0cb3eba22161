using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2050Tests
{
    [Theory]
    [InlineData("{|KVC2050:HeteroHeads|}, LastQuery, OmniKv(Filters = new[] { 1 })")]
    [InlineData("UniformBudget(Tokens = 64), AdaKvHeads, SnapKv, OmniKv(Filters = new[] { 1 })")]
    [InlineData("HeteroHeads, LastQuery, HostOffload")]
    public async Task RolesOfAProfile_BesideFilterLayers_AreReported(string attributes)
    {
        var found = await Check.Analyzers.VerifyAsync("using KvCompose; [KvPipeline, " + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.Equal(
            "'HeteroHeads' assigns roles to heads, but 'OmniKv' chooses the tokens of whole layers", diagnostic.GetMessage()));
    }

    [Fact]
    public async Task StreamingHeads_BesideFilterLayers_AreReported()
    {
        var gates = new AdditionalSource("gates.json", """{ "0-0": 0.9, "0-1": 0.1, "1-0": 0.2, "1-1": 0.4, "2-0": 0.3, "2-1": 0.6 }""");
        var harness = Check.Analyzers with { Project = new TestProject { AdditionalFiles = [gates] } };
        await harness.VerifyAsync("""
            using KvCompose;
            [KvPipeline, {|KVC2050:DuoAttentionHeads(Profile = "gates.json")|}, StreamingLlm, OmniKv(Filters = new[] { 1 }, WaitLayers = 0)]
            partial class Chat;
            """);
    }
}
