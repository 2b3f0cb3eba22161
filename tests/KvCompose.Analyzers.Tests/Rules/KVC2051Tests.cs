using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2051Tests
{
    [Theory]
    [InlineData("OmniKv(Filters = {|KVC2051:new[] { 2, 4, 18 }|})", "Filter layer 2 of 'OmniKv' chooses for no layer: layers after it could follow from 4 on, but layer 4 is the next filter layer or the model's end")]
    [InlineData("OmniKv(Filters = {|KVC2051:new[] { 2, 3 }|}, WaitLayers = 0)", "Filter layer 2 of 'OmniKv' chooses for no layer: layers after it could follow from 3 on, but layer 3 is the next filter layer or the model's end")]
    [InlineData("OmniKv(Profile = {|KVC2051:\"filters.json\"|})", "Filter layer 6 of 'OmniKv' chooses for no layer: layers after it could follow from 8 on, but layer 8 is the next filter layer or the model's end")]
    public async Task FilterLayer_ThatNobodyFollows_IsReported(string stage, string message)
        => Assert.Equal(message, Assert.Single(await VerifyAsync(stage)).GetMessage());

    [Theory]
    [InlineData("OmniKv(Filters = new[] { 2, 4 }, WaitLayers = 0)")]
    [InlineData("OmniKv(Filters = new[] { 31 })")]
    public async Task FilterLayer_ThatSomeMayFollow_IsNotReported(string stage) => Assert.Empty(await VerifyAsync(stage));

    private static async Task<IReadOnlyList<Microsoft.CodeAnalysis.Diagnostic>> VerifyAsync(string stage)
        => await (Check.Analyzers with
        {
            Project = new TestProject { AdditionalFiles = [new AdditionalSource("filters.json", """{ "layers": 8, "filters": [1, 6] }""")] },
        }).VerifyAsync("using KvCompose; [KvPipeline, UniformBudget(Ratio = 0.1), LastQuery, " + stage + "] partial class Chat;");
}
