using System.Text;
using KvCompose.Models.Configuration;

namespace KvCompose.Models.Tests.Loading;

public sealed class ConfigurationTests
{
    [Fact]
    public void Parse_CompleteFile_GivesItsFields()
    {
        ModelConfiguration configuration = Parse(TinyModel.Configuration);

        Assert.Equal(new TransformerShape(1, 2, 1, 16, 8, 9, 32), configuration.Shape);
        Assert.Equal(12, configuration.FeedForward);
        Assert.Equal(1e-5f, configuration.NormEpsilon);
        Assert.True(configuration.TiedEmbeddings);
        Assert.False(configuration.AttentionBias);
        Assert.Equal(1, configuration.BeginToken);
        Assert.Equal([2, 3], configuration.EndTokens);
        Assert.Equal(new RopeScaling.None(), configuration.RopeScaling);
    }

    [Fact]
    public void Parse_FieldsLeftOut_TakesTheFormatsDefaults()
    {
        ModelConfiguration configuration = Parse("""
            {"hidden_size":64,"intermediate_size":12,"num_hidden_layers":1,"num_attention_heads":2,"vocab_size":9,"eos_token_id":7}
            """);

        Assert.Equal(new TransformerShape(1, 2, 2, 32, 64, 9, 2048), configuration.Shape);
        Assert.Equal(10_000, configuration.RopeTheta);
        Assert.False(configuration.TiedEmbeddings);
        Assert.Null(configuration.BeginToken);
        Assert.Equal([7], configuration.EndTokens);
    }

    [Fact]
    public void Parse_Qwen2_HasABiasWithoutSayingSo()
        => Assert.True(Parse(TinyModel.Configuration.Replace("\"llama\"", "\"qwen2\"")).AttentionBias);

    [Theory]
    [InlineData("""{"rope_type":"default"}""")]
    [InlineData("null")]
    public void Parse_NoScaling_LeavesFrequencies(string scaling) => Assert.Equal(new RopeScaling.None(), With(scaling).RopeScaling);

    [Fact]
    public void Parse_LinearScaling_GivesItsFactor()
        => Assert.Equal(new RopeScaling.Linear(4), With("""{"type":"linear","factor":4.0}""").RopeScaling);

    [Fact]
    public void Parse_Llama3Scaling_GivesItsFields() => Assert.Equal(
        new RopeScaling.Llama3(8, 1, 4, 16),
        With("""{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":16}""")
            .RopeScaling);

    [Fact]
    public void Parse_NewerNameOfTheRotaryFields_IsUnderstood()
    {
        ModelConfiguration configuration = Parse(TinyModel.Configuration.Replace(
            "\"rope_theta\":10000.0", "\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":2,\"rope_theta\":500.0}"));

        Assert.Equal(500, configuration.RopeTheta);
        Assert.Equal(new RopeScaling.Linear(2), configuration.RopeScaling);
    }

    [Theory]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":-8", "'hidden_size' is -8")]
    [InlineData("\"hidden_size\":8,", "", "'hidden_size' is missing")]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":\"8\"", "'hidden_size' is \"8\"")]
    [InlineData("\"vocab_size\":9", "\"vocab_size\":99999999999", "'vocab_size' is 99999999999")]
    [InlineData("\"num_key_value_heads\":1", "\"num_key_value_heads\":3", "'num_key_value_heads' is 3")]
    [InlineData("\"head_dim\":16", "\"head_dim\":20", "'head_dim' is 20")]
    [InlineData("\"head_dim\":16,", "", "'head_dim' is 4")]
    [InlineData("\"llama\"", "\"gemma3\"", "'model_type' is \"gemma3\"")]
    [InlineData("\"silu\"", "\"gelu\"", "'hidden_act' is \"gelu\"")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_theta\":0", "'rope_theta' is 0")]
    [InlineData("\"rope_theta\":10000.0", "\"mlp_bias\":true", "'mlp_bias' is true")]
    [InlineData("\"rope_theta\":10000.0", "\"partial_rotary_factor\":0.5", "'partial_rotary_factor' is 0.5")]
    [InlineData("\"rope_theta\":10000.0", "\"use_sliding_window\":true,\"sliding_window\":16", "'sliding_window' is 16")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":{\"type\":\"yarn\"}", "'rope_scaling.type' is \"yarn\"")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":{\"type\":\"linear\"}", "'rope_scaling.factor' is missing")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":3", "'rope_scaling' is 3")]
    [InlineData("\"rms_norm_eps\":1e-05", "\"rms_norm_eps\":1e999", "'rms_norm_eps' is 1e999")]
    [InlineData("{\"model_type\"", "[{\"model_type\"", "is not JSON")]
    public void Parse_WrongField_NamesFileFieldAndValue(string good, string bad, string problem)
    {
        Assert.Contains(good, TinyModel.Configuration);

        var exception = Assert.Throws<ModelConfigurationException>(() => Parse(TinyModel.Configuration.Replace(good, bad)));

        Assert.Equal("config.json", exception.File);
        Assert.StartsWith("config.json: ", exception.Message);
        Assert.Contains(problem, exception.Message);
    }

    private static ModelConfiguration With(string scaling)
        => Parse(TinyModel.Configuration.Replace("\"rope_theta\":10000.0", $"\"rope_theta\":10000.0,\"rope_scaling\":{scaling}"));

    private static ModelConfiguration Parse(string json) => ConfigurationReader.Parse(Encoding.UTF8.GetBytes(json), "config.json");
}
