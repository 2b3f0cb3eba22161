using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2031Tests
{
    [Theory]
    [InlineData("", "line 1, column 1: a value is expected")]
    [InlineData("[]", "line 1, column 1: an object is expected")]
    [InlineData("{", "line 1, column 2: a member's name is expected")]
    [InlineData("{ 'layer': 1 }", "line 1, column 1: 'layers' is missing")]
    [InlineData("{ 'layers': 8,\n 'layer': 8 }", "line 2, column 11: 8 is no whole number from 0 to 7")]
    [InlineData("{ 'layers': 8, 'layer': 1.5 }", "line 1, column 25: 1.5 is no whole number from 0 to 7")]
    [InlineData("{ 'layers': 8, 'layer': '1' }", "line 1, column 25: a number is expected")]
    [InlineData("{ 'layers': 8, 'layer': 1 } x", "line 1, column 29: the end of the text is expected")]
    [InlineData("{ 'layers': 01, 'layer': 0 }", "line 1, column 13: a value is expected")]
    public async Task LayerProfile_ThatIsWrong_SaysWhereAndWhy(string text, string problem)
        => Assert.Equal($"Profile 'p.json' of 'TokenSelectivePropagation' is invalid: {problem}", await MessageAsync(
            text, "TokenSelectivePropagation(Profile = {|KVC2031:\"p.json\"|}, Tokens = 2048)"));

    [Theory]
    [InlineData("{ }", "line 1, column 1: the profile has no heads")]
    [InlineData("{ '0-0': [1], '1-1': [1] }", "line 1, column 1: head \"0-1\" is missing: every layer has the same heads")]
    [InlineData("{ '0-0': [1, -2] }", "line 1, column 14: score -2 is negative")]
    [InlineData("{ '0-0': [] }", "line 1, column 10: a head has at least one score")]
    [InlineData("{ '0-0': [0], '0-1': 0 }", "line 1, column 1: all scores are zero")]
    [InlineData("{ 'first': [0] }", "line 1, column 12: 'first' is no head; heads are named by layer and head, such as \"0-3\"")]
    [InlineData("{ '0-0': 1e999 }", "line 1, column 10: 1e999 is no finite number")]
    public async Task HeadProfile_ThatIsWrong_SaysWhereAndWhy(string text, string problem)
        => Assert.Equal($"Profile 'p.json' of 'HeadKvHeads' is invalid: {problem}", await MessageAsync(
            text, "HeadKvHeads(Profile = {|KVC2031:\"p.json\"|})"));

    [Theory]
    [InlineData("[[3, 1, 4, 4]]", "[[3, 1, 4, 7]]", "line 3, column 30: classification_matrix[0][3] is 7; a class is 1 (anchor), 2 (volatile), 3 (pivot) or 4 (satellite)")]
    [InlineData("[2, 3]", "[2]", "line 5, column 32: leader_member_relations[0] is naming head 3 0 times; a satellite belongs to exactly one star of its layer")]
    [InlineData("[2, 3]", "[]", "line 5, column 32: leader_member_relations[0].0 is empty; a pivot has at least one satellite")]
    [InlineData("[2, 3]", "2", "line 5, column 40: a list of satellites is expected")]
    [InlineData("\"0\": [", "\"x\": [", "line 5, column 40: 'x' is no head")]
    [InlineData("[[-1, 1, 1, 1]]", "[[-1, 1, 1, -1]]", "line 4, column 26: allocation_matrix[0][3] is -1; an anchor or satellite has a finite weight of at least 0")]
    [InlineData("[[-1, 1, 1, 1]]", "[[-1, 1, 1, 2]]", "line 4, column 26: allocation_matrix is of sum 4 over the compressible heads; the sum is their number, 3")]
    [InlineData("[[-1, 1, 1, 1]]", "[[-1, 1, 1]]", "line 4, column 26: allocation_matrix[0] is 3 heads long; layer 0 has 4 key-value heads")]
    [InlineData("\"pivot\": 1", "\"pivot\": 2", "line 2, column 64: 2 pivot heads are counted, but classification_matrix has 1")]
    public async Task RoleProfile_ThatIsWrong_SaysWhereAndWhy(string right, string wrong, string problem)
        => Assert.Equal(
            [$"Profile 'p.json' of 'HeteroHeads' is invalid: {problem}"],
            await RoleProfiles.MessagesAsync(
                RoleProfiles.Star.Replace(right, wrong), "HeteroHeads(Profile = {|KVC2031:\"p.json\"|}), LastQuery, HostOffload"));

    [Fact]
    public async Task TwoProfiles_OfModelsOfDifferentDepth_AreReported()
    {
        var harness = Check.Analyzers with
        {
            Project = new TestProject
            {
                AdditionalFiles =
                [
                    new AdditionalSource("layer.json", """{ "layers": 32, "layer": 15 }"""), new AdditionalSource("heads.json", """{ "0-0": 1 }"""),
                ],
            },
        };
        var found = await harness.VerifyAsync("""
            using KvCompose;
            [KvPipeline, TokenSelectivePropagation(Profile = "layer.json", Tokens = 2048)]
            [UniformBudget(Tokens = 512), HeadKvHeads(Profile = {|KVC2031:"heads.json"|}), SnapKv]
            partial class Chat;
            """);
        Assert.Equal(
            "Profile 'heads.json' of 'HeadKvHeads' is invalid: it is about 1 layers, but 'layer.json' about 32", Assert.Single(found).GetMessage());
    }

    private static async Task<string> MessageAsync(string text, string stage)
    {
        var harness = Check.Analyzers with
        {
            Project = new TestProject { AdditionalFiles = [new AdditionalSource("p.json", text.Replace('\'', '"'))] },
        };
        return Assert.Single(await harness.VerifyAsync(
            "using KvCompose; [KvPipeline, " + stage + ", UniformBudget(Tokens = 512), SnapKv] partial class Chat;")).GetMessage();
    }
}
