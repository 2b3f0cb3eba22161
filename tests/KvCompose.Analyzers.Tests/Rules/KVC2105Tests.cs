namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2105Tests
{
    [Theory]
    [InlineData("other.json", "it is not among the project's additional files")]
    [InlineData("broken.json", "line 1")]
    [InlineData("empty.json", "'num_hidden_layers' is missing")]
    [InlineData("uneven.json", "32 query heads do not share 5 key-value heads evenly")]
    [InlineData("sliding.json", "attention slides over 4096 tokens, but must see the context of 8192")]
    [InlineData("mistral.json", "attention slides over 4096 tokens, but must see the context of 8192")]
    public async Task Configuration_ThatCannotBeUsed_IsReportedAtItsName(string name, string problem)
        => Assert.Contains(problem, Assert.Single(await ModelFiles
            .With(
                ("broken.json", "{"), ("empty.json", "{}"), ("uneven.json", ModelFiles.Config.Replace("\"num_key_value_heads\": 8", "\"num_key_value_heads\": 5")),
                ("sliding.json", ModelFiles.Config.Replace("{", "{ \"use_sliding_window\": true, \"sliding_window\": 4096,")),
                ("mistral.json", ModelFiles.Config.Replace("{", "{ \"model_type\": \"mistral\", \"sliding_window\": 4096,")))
            .VerifyAsync("using KvCompose; [KvPipeline(Model = {|KVC2105:\"" + name + "\"|}), FullCache] partial class Chat;")).GetMessage());

    [Theory]
    [InlineData("\"use_sliding_window\": false, \"sliding_window\": 4096")]
    [InlineData("\"model_type\": \"mistral\", \"sliding_window\": null")]
    [InlineData("\"use_sliding_window\": true, \"sliding_window\": 8192")]
    public async Task Configuration_WhoseAttentionSeesItsContext_IsNotReported(string fields)
        => await ModelFiles.With(("wide.json", ModelFiles.Config.Replace("{", "{ " + fields + ",")))
            .VerifyAsync("using KvCompose; [KvPipeline(Model = \"wide.json\"), FullCache] partial class Chat;");

    [Fact]
    public async Task Configuration_WithoutKeyValueHeads_HasAsManyAsQueryHeads()
        => await ModelFiles.With(("plain.json", """{ "hidden_size": 512, "num_hidden_layers": 2, "num_attention_heads": 8, "max_position_embeddings": 64 }"""))
            .VerifyAsync("using KvCompose; [KvPipeline(Model = \"plain.json\"), FullCache] partial class Chat { int shape = 1 / (Plan.KeyValueHeads * Plan.HeadDim / 512); }");
}
