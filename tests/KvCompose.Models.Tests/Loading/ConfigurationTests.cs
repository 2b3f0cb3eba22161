using System.Text;
using KvCompose.Models.Networks;

namespace KvCompose.Models.Tests.Loading;

public sealed class ConfigurationTests
{
    [Fact]
    public void Parse_CompleteFile_GivesItsFields()
    {
        ModelConfiguration configuration = Parse(TinyModel.Configuration);

        Assert.Equal(new TransformerShape(1, 2, 1, 16, 8, 9, 32), configuration.Network.Shape);
        LayerDescription layer = configuration.Network.Layers[0];
        Assert.Equal(new FeedForwardDescription(12, Activation.Silu), layer.FeedForward);
        Assert.Equal(new NormDescription(NormKind.RootMeanSquare, 1e-5f), layer.AttentionNorm);
        Assert.True(configuration.Network.TiedEmbeddings);
        Assert.False(layer.Attention!.InputBias);
        Assert.Equal(1, configuration.BeginToken);
        Assert.Equal([2, 3], configuration.EndTokens);
        Assert.Equal(new RotationDescription(16, RotaryPairing.Halves, 10_000, new RopeScaling.None()), layer.Attention!.Rotation);
    }

    [Fact]
    public void Parse_FieldsLeftOut_TakesTheFormatsDefaults()
    {
        ModelConfiguration configuration = Parse("""
            {"hidden_size":64,"intermediate_size":12,"num_hidden_layers":1,"num_attention_heads":2,"vocab_size":9,"eos_token_id":7}
            """);

        Assert.Equal(new TransformerShape(1, 2, 2, 32, 64, 9, 2048), configuration.Network.Shape);
        Assert.Equal(10_000, Rotation(configuration).Theta);
        Assert.False(configuration.Network.TiedEmbeddings);
        Assert.Null(configuration.BeginToken);
        Assert.Equal([7], configuration.EndTokens);
    }

    [Fact]
    public void Parse_Qwen2_HasABiasWithoutSayingSo()
        => Assert.True(Parse(TinyModel.Configuration.Replace("\"llama\"", "\"qwen2\"")).Network.Layers[0].Attention!.InputBias);

    /// <summary>A wrapper that sees images keeps the language model's fields apart, and leaves out what is usual.</summary>
    [Fact]
    public void Parse_FieldsInTextConfig_AreThoseOfTheModel()
    {
        NetworkDescription network = Parse("""
            {"model_type":"gemma3","eos_token_id":[1,106],"vision_config":{"hidden_size":1152},
            "text_config":{"model_type":"gemma3_text","hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,"sliding_window":1024,
            "rope_scaling":{"factor":8.0,"rope_type":"linear"}}}
            """).Network;

        Assert.Equal(new TransformerShape(34, 8, 4, 256, 2560, 262_208, 131_072), network.Shape);
        Assert.Equal([1024, 1024, 1024, 1024, 1024, null, 1024], network.Layers.Take(7).Select(layer => layer.Attention!.Window));
        Assert.Equal(new RotationDescription(256, RotaryPairing.Halves, 10_000, new RopeScaling.None()), network.Layers[0].Attention!.Rotation);
        Assert.Equal(new RotationDescription(256, RotaryPairing.Halves, 1e6, new RopeScaling.Linear(8)), network.Layers[5].Attention!.Rotation);
    }

    /// <summary>Each rotary field is found wherever it stands.</summary>
    [Theory]
    [InlineData("\"rope_theta\":500.0", 500)]
    [InlineData("\"rope_theta\":500.0,\"rope_scaling\":null", 500)]
    [InlineData("\"rope_theta\":500.0,\"rope_parameters\":{\"rope_type\":\"default\"}", 500)]
    [InlineData("\"rope_theta\":500.0,\"rope_parameters\":{}", 500)]
    [InlineData("\"rope_theta\":500.0,\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":500.0}", 500)]
    [InlineData("\"rope_parameters\":{\"rope_theta\":500.0}", 500)]
    [InlineData("\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":4.0,\"rope_theta\":500.0}", 500)]
    [InlineData("\"partial_rotary_factor\":1.0", 10_000)]
    public void Parse_ThetaAnywhere_IsFound(string fields, double theta) => Assert.Equal(theta, Rotation(With(fields)).Theta);

    [Theory]
    [InlineData("\"rope_scaling\":{\"type\":\"linear\",\"factor\":4.0}")]
    [InlineData("\"rope_scaling\":{\"type\":\"linear\",\"rope_type\":\"linear\",\"factor\":4.0}")]
    [InlineData("\"rope_parameters\":{\"rope_type\":\"linear\",\"factor\":4.0}")]
    [InlineData("\"rope_parameters\":{\"rope_theta\":10000.0},\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":4.0}")]
    public void Parse_ScalingAnywhere_IsFound(string fields) => Assert.Equal(new RopeScaling.Linear(4), Rotation(With(fields)).Scaling);

    [Fact]
    public void Parse_EveryScaling_GivesItsNumbers()
    {
        Assert.Equal(
            new RopeScaling.Llama3(8, 1, 4, 16),
            Scaling("""{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":16}"""));
        Assert.Equal(new RopeScaling.Dynamic(2, 32), Scaling("""{"rope_type":"dynamic","factor":2.0}"""));

        // ln 4 = 1.3862943611198906
        Assert.Equal(new RopeScaling.Yarn(4, 8, 1.1386294361119891), Scaling("""{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":8}"""));
        Assert.Equal(
            new RopeScaling.Yarn(4, 8, 1.5, 16, 2, false),
            Scaling("""
                {"rope_type":"yarn","factor":null,"original_max_position_embeddings":8,"attention_factor":1.5,"beta_fast":16,"beta_slow":2,
                "truncate":false}
                """));
        Assert.Equal(
            new RopeScaling.Yarn(4, 8, 1.1386294361119891),
            Scaling("""{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":8,"mscale":2.0,"beta_fast":0,"beta_slow":null}"""));
        var yarn = (RopeScaling.Yarn)Scaling(
            """{"rope_type":"yarn","factor":4.0,"original_max_position_embeddings":8,"mscale":2.0,"mscale_all_dim":0.5}""");
        Assert.Equal(1.2772588722239781 / 1.0693147180559945, yarn.AttentionFactor, 1e-12);
    }

    /// <summary>The original length beside the objects comes first.</summary>
    [Fact]
    public void Parse_OriginalLengthTwice_TakesThatOfTheFileItself()
    {
        ModelConfiguration configuration = Parse(TinyModel.Configuration
            .Replace("\"llama\"", "\"phi3\"")
            .Replace(
                "\"rope_theta\":10000.0",
                "\"original_max_position_embeddings\":16,\"rope_scaling\":{\"type\":\"su\",\"original_max_position_embeddings\":8,"
                + "\"short_factor\":[1,1,1,1,1,1,1,1],\"long_factor\":[2,2,2,2,2,2,2,2]}"));

        Assert.Equal(16, Assert.IsType<RopeScaling.LongRope>(Rotation(configuration).Scaling).OriginalContext);
    }

    /// <summary>A window counts only where it is switched on, and then for the layers from max_window_layers on.</summary>
    [Theory]
    [InlineData("\"sliding_window\":8", false)]
    [InlineData("\"use_sliding_window\":false,\"sliding_window\":8,\"max_window_layers\":0", false)]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":8,\"max_window_layers\":1", false)]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":8,\"max_window_layers\":0", true)]
    [InlineData("\"use_sliding_window\":true,\"sliding_window\":8,\"layer_types\":[\"sliding_attention\"]", true)]
    public void Parse_WindowOfQwen2_HoldsWhereItIsInUse(string fields, bool windowed)
        => Assert.Equal(
            windowed ? 8 : null,
            Parse(TinyModel.Configuration.Replace("\"llama\"", "\"qwen2\"").Replace("\"rope_theta\":10000.0", fields)).Network.Layers[0].Attention!.Window);

    [Theory]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":-8", "'hidden_size' is -8")]
    [InlineData("\"hidden_size\":8,", "", "'hidden_size' is missing")]
    [InlineData("\"hidden_size\":8", "\"hidden_size\":\"8\"", "'hidden_size' is \"8\"")]
    [InlineData("\"vocab_size\":9", "\"vocab_size\":99999999999", "'vocab_size' is 99999999999")]
    [InlineData("\"num_key_value_heads\":1", "\"num_key_value_heads\":3", "'num_key_value_heads' is 3")]
    [InlineData("\"head_dim\":16", "\"head_dim\":21", "'head_dim' is 21")]
    [InlineData("\"llama\"", "\"gemma9\"", "'model_type' is \"gemma9\"")]
    [InlineData("\"silu\"", "\"quick\"", "'hidden_act' is \"quick\"")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_theta\":0", "'rope_theta' is 0")]
    [InlineData("\"rope_theta\":10000.0", "\"use_qk_norm\":true", "'use_qk_norm' is true")]
    [InlineData("\"rope_theta\":10000.0", "\"quantization_config\":{\"bits\":4}", "'quantization_config'")]
    [InlineData("\"rope_theta\":10000.0", "\"num_experts\":4", "'num_experts' is 4")]
    [InlineData("\"rope_theta\":10000.0", "\"no_rope_layers\":[1]", "'no_rope_layers'")]
    [InlineData("\"rope_theta\":10000.0", "\"partial_rotary_factor\":0.5", "'partial_rotary_factor' is 0.5")]
    [InlineData("\"rope_theta\":10000.0", "\"use_sliding_window\":true,\"sliding_window\":16", "'sliding_window' is 16")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":{\"type\":\"spiral\"}", "'rope_scaling.type' is \"spiral\"")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":{\"type\":\"yarn\"}", "'rope_scaling.factor' is missing")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":{\"factor\":4.0}", "'rope_scaling.factor' is 4")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_theta\":1.5,\"rope_parameters\":{\"rope_theta\":2.5}", "'rope_theta' is 1.5")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_parameters\":{\"rope_type\":\"default\"},\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":4.0}", "'rope_scaling.rope_type'")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_scaling\":{\"rope_type\":\"default\",\"type\":\"linear\",\"factor\":2}", "'rope_scaling.type'")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_parameters\":{\"full_attention\":{\"rope_theta\":2.5}}", "'rope_parameters.full_attention'")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_parameters\":{\"rope_type\":\"default\",\"partial_rotary_factor\":0.5}", "'rope_parameters.partial_rotary_factor' is 0.5")]
    [InlineData("\"rope_theta\":10000.0", "\"rope_parameters\":{\"rope_type\":\"default\",\"speed\":2}", "'rope_parameters.speed'")]
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

    private static ModelConfiguration With(string fields) => Parse(TinyModel.Configuration.Replace("\"rope_theta\":10000.0", fields));

    private static RopeScaling Scaling(string scaling) => Rotation(With($"\"rope_scaling\":{scaling}")).Scaling;

    private static RotationDescription Rotation(ModelConfiguration configuration) => configuration.Network.Layers[0].Attention!.Rotation!;

    private static ModelConfiguration Parse(string json) => ConfigurationReader.Parse(Encoding.UTF8.GetBytes(json), "config.json");
}
