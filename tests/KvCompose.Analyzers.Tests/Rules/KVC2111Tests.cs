namespace KvCompose.Analyzers.Tests.Rules;

public class KVC2111Tests
{
    private const string Hybrid = "\"layer_types\": [\"linear_attention\", \"full_attention\"]";

    [Theory]
    [InlineData("\"linear_num_value_heads\": 8", "hold a fixed state")]
    [InlineData("\"mamba_d_state\": 128", "hold a fixed state")]
    [InlineData("\"conv_L_cache\": 3", "hold a fixed state")]
    [InlineData(Hybrid, "hold a fixed state")]
    [InlineData("\"num_kv_shared_layers\": 4", "read the cache of an earlier one")]
    public async Task Propagation_OverSuchAModel_IsReported(string field, string why)
        => Assert.Equal(
            $"'TokenSelectivePropagation' leaves tokens out of deeper layers, but layers of model 'hybrid.json' {why}: they need every token",
            Assert.Single(await Verify(field, "{|KVC2111:TokenSelectivePropagation(Layer = 8, Tokens = 1024)|}, ")).GetMessage());

    [Theory]
    [InlineData(Hybrid, "")]
    [InlineData("\"layer_types\": [\"sliding_attention\", \"full_attention\"]", "TokenSelectivePropagation(Layer = 8, Tokens = 1024), ")]
    [InlineData("\"num_kv_shared_layers\": 0", "TokenSelectivePropagation(Layer = 8, Tokens = 1024), ")]
    public async Task Pipeline_ThatLeavesNoTokenOut_OrModelThatNeedsNone_IsNotReported(string field, string stage)
        => Assert.Empty(await Verify(field, stage));

    private static async Task<System.Collections.Immutable.ImmutableArray<Microsoft.CodeAnalysis.Diagnostic>> Verify(string field, string stage)
        => await ModelFiles.With(("hybrid.json", ModelFiles.Config.Replace("\"head_dim\": 64", "\"head_dim\": 64, " + field))).VerifyAsync(
            "using KvCompose; [KvPipeline(Model = \"hybrid.json\"), " + stage + "UniformBudget(Tokens = 512), SnapKv] partial class Chat;");
}
