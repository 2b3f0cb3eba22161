namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2105Tests
{
    [Theory]
    [InlineData("other.json", "it is not among the project's additional files")]
    [InlineData("broken.json", "line 1")]
    [InlineData("empty.json", "'num_hidden_layers' is missing")]
    [InlineData("uneven.json", "32 query heads do not share 5 key-value heads evenly")]
    public async Task Configuration_ThatCannotBeUsed_IsReportedAtItsName(string name, string problem)
        => Assert.Contains(problem, Assert.Single(await ModelFiles
            .With(("broken.json", "{"), ("empty.json", "{}"), ("uneven.json", ModelFiles.Config.Replace("\"num_key_value_heads\": 8", "\"num_key_value_heads\": 5")))
            .VerifyAsync("using KvCompose; [KvPipeline(Model = {|KVC2105:\"" + name + "\"|}), FullCache] partial class Chat;")).GetMessage());

    [Fact]
    public async Task Configuration_WithoutKeyValueHeads_HasAsManyAsQueryHeads()
        => await ModelFiles.With(("plain.json", """{ "hidden_size": 512, "num_hidden_layers": 2, "num_attention_heads": 8, "max_position_embeddings": 64 }"""))
            .VerifyAsync("using KvCompose; [KvPipeline(Model = \"plain.json\"), FullCache] partial class Chat { int shape = 1 / (Plan.KeyValueHeads * Plan.HeadDim / 512); }");
}
