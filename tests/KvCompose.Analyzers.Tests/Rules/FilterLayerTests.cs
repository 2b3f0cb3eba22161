using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

/// <summary>Filter layers under the rules that other stages have as well: a list that cannot be, a file, a model, a cut prompt.</summary>
public class FilterLayerTests
{
    [Theory]
    [InlineData("Filters = {|KVC2007:new int[0]|}")]
    [InlineData("Filters = {|KVC2007:new[] { 3, 3 }|}")]
    [InlineData("Filters = {|KVC2007:new[] { -1 }|}")]
    [InlineData("Filters = {|KVC2007:null|}")]
    [InlineData("Filters = {|KVC2007:new[] { 1 }|}, Profile = \"filters.json\"")]
    public async Task List_ThatIsNone_IsReported(string arguments) => await VerifyAsync("UniformBudget(Tokens = 64), LastQuery, OmniKv(" + arguments + ")");

    [Fact]
    public async Task NeitherListNorFile_IsReported() => await VerifyAsync("UniformBudget(Tokens = 64), LastQuery, {|KVC2032:OmniKv|}");

    [Theory]
    [InlineData("late.json", "line 1, column 28: 8 is no whole number from 0 to 7")]
    [InlineData("twice.json", "line 1, column 30: layer 3 does not come behind the one before it")]
    [InlineData("none.json", "line 1, column 27: no layer filters")]
    public async Task File_ThatIsWrong_SaysWhereAndWhy(string file, string problem)
        => Assert.Equal(
            $"Profile '{file}' of 'OmniKv' is invalid: {problem}",
            Assert.Single(await VerifyAsync("UniformBudget(Tokens = 64), LastQuery, OmniKv(Profile = {|KVC2031:\"" + file + "\"|})")).GetMessage());

    [Fact]
    public async Task Layer_BehindTheModel_IsReported()
        => Assert.Equal(
            "Stage 'OmniKv' acts at layer 8, but the model of 'heads.json' has 2",
            Assert.Single(await VerifyAsync(
                "UniformBudget(Tokens = 64), HeadKvHeads(Profile = \"heads.json\"), SnapKv, OmniKv(Filters = {|KVC2029:new[] { 0, 8 }|}, WaitLayers = 0)")).GetMessage());

    [Fact]
    public async Task Propagation_CutsWhatFilterLayersHold_IsReported()
        => await VerifyAsync("TokenSelectivePropagation(Layer = 4, Tokens = 2048), UniformBudget(Tokens = 64), SnapKv(Window = 8), {|KVC2023:OmniKv(Filters = new[] { 1 })|}");

    private static async Task<IReadOnlyList<Microsoft.CodeAnalysis.Diagnostic>> VerifyAsync(string stages)
        => await (Check.Analyzers with
        {
            Project = new TestProject
            {
                AdditionalFiles =
                [
                    new AdditionalSource("filters.json", """{ "layers": 8, "filters": [1, 4] }"""),
                    new AdditionalSource("late.json", """{ "layers": 8, "filters": [8] }"""),
                    new AdditionalSource("twice.json", """{ "layers": 8, "filters": [3,3] }"""),
                    new AdditionalSource("none.json", """{ "layers": 8, "filters": [] }"""),
                    new AdditionalSource("heads.json", """{ "0-0": 1, "1-0": 2 }"""),
                ],
            },
        }).VerifyAsync("using KvCompose; [KvPipeline, " + stages + "] partial class Chat;");
}
