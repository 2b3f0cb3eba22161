namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2103Tests
{
    [Theory]
    [InlineData("KvPipeline(Model = \"config.json\"), GemFilter(Layer = {|KVC2103:13|}, Rate = 0.5), FullCache")]
    [InlineData("KvPipeline(Model = \"config.json\"), GemFilter(Layer = {|KVC2103:8|}, Rate = 0.5), FullCache")]
    [InlineData("KvPipeline(Model = \"config.json\"), GemFilter(Layer = 7, Rate = 0.5), FullCache")]
    [InlineData("KvPipeline(Model = \"config.json\"), GemFilter(Layer = 13, Tokens = 1024), FullCache")]
    [InlineData("KvPipeline, GemFilter(Layer = 13, Rate = 0.5), FullCache")]
    public async Task Restart_ThatCostsMoreThanOnePass_IsSaid(string attributes)
    {
        var found = await ModelFiles.With().VerifyAsync("using KvCompose; [" + attributes + "] partial class Chat;");
        Assert.All(found, static diagnostic => Assert.StartsWith("'GemFilter' runs", diagnostic.GetMessage()));
    }
}
