using KvCompose.CodeFixes;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2104Tests
{
    [Theory]
    [InlineData("HeadDim = {|KVC2104:128|}, Model = \"config.json\"", "HeadDim of pipeline 'Chat' is 128, but that of model 'config.json' is 64")]
    [InlineData("GroupSize = {|KVC2104:1|}, Model = \"config.json\"", "GroupSize of pipeline 'Chat' is 1, but that of model 'config.json' is 4")]
    public async Task Number_ThatTheModelDoesNotHave_IsReported(string arguments, string message)
        => Assert.Equal(message, Assert.Single(await ModelFiles.With().VerifyAsync(
            "using KvCompose; [KvPipeline(" + arguments + "), FullCache] partial class Chat;")).GetMessage());

    [Fact]
    public async Task Model_WithHeadsThatNoPipelineHas_IsReported()
        => Assert.Equal("HeadDim of pipeline 'Chat' is not one that a pipeline can have, but that of model 'odd.json' is 44", Assert.Single(await ModelFiles
            .With(("odd.json", ModelFiles.Config.Replace("\"head_dim\": 64", "\"head_dim\": 44")))
            .VerifyAsync("using KvCompose; [{|KVC2104:KvPipeline(Model = \"odd.json\")|}, FullCache] partial class Chat;")).GetMessage());

    [Theory]
    [InlineData("Model = \"config.json\"")]
    [InlineData("HeadDim = 64, GroupSize = 4, Model = \"config.json\"")]
    public async Task Shape_OfTheModel_IsThePlans(string arguments)
        => await ModelFiles.With().VerifyAsync(
            "using KvCompose; [KvPipeline(" + arguments + "), FullCache] partial class Chat { int shape = 1 / (Plan.HeadDim * Plan.GroupSize * Plan.Layers * Plan.KeyValueHeads / (64 * 4 * 16 * 8)); }");

    [Fact]
    public async Task Fix_StatesWhatTheModelHas()
        => await (Check.Fix(new SetNearestValueFix()) with { Project = ModelFiles.Project() }).VerifyAsync(
            "using KvCompose; [KvPipeline(HeadDim = {|KVC2104:128|}, Model = \"config.json\"), FullCache] partial class Chat;",
            "using KvCompose; [KvPipeline(HeadDim = 64, Model = \"config.json\"), FullCache] partial class Chat;");

    [Fact]
    public async Task Layer_BehindTheModelsLast_IsReported()
        => Assert.Equal("Stage 'TokenSelectivePropagation' acts at layer 16, but the model of 'config.json' has 16", Assert.Single(await ModelFiles.With().VerifyAsync(
            "using KvCompose; [KvPipeline(Model = \"config.json\"), TokenSelectivePropagation(Layer = {|KVC2029:16|}, Tokens = 1024), UniformBudget(Tokens = 512), SnapKv] partial class Chat;"))
            .GetMessage());

    [Theory]
    [InlineData("""{ "0-0": 1 }""", "it is about 1 layers, but 'config.json' about 16")]
    public async Task Profile_OfAnotherShape_IsReported(string profile, string problem)
        => Assert.Contains(problem, Assert.Single(await ModelFiles.With(("heads.json", profile)).VerifyAsync(
            "using KvCompose; [KvPipeline(Model = \"config.json\"), UniformBudget(Tokens = 512), HeadKvHeads(Profile = {|KVC2031:\"heads.json\"|}), SnapKv] partial class Chat;"),
            diagnostic => diagnostic.GetMessage().Contains("layers")).GetMessage());

    [Fact]
    public async Task Profile_OfOtherHeads_IsReported()
    {
        string three = "{ " + string.Join(", ", Enumerable.Range(0, 48).Select(static i => $"\"{i / 3}-{i % 3}\": 1")) + " }";
        Assert.Contains("32 query heads and 8 key-value heads", Assert.Single(await ModelFiles.With(("heads.json", three)).VerifyAsync(
            "using KvCompose; [KvPipeline(Model = \"config.json\"), UniformBudget(Tokens = 512), HeadKvHeads(Profile = {|KVC2031:\"heads.json\"|}), SnapKv] partial class Chat;")).GetMessage());
    }
}
