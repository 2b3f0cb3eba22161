using System.Text;
using KvCompose.Models.Networks;
using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Networks;

/// <summary>Configurations and files of newer families that cannot be: each is refused with the file and the field.</summary>
public sealed class FamilyErrorTests
{
    private const string Gemma = """
        {"model_type":"gemma4_text","hidden_size":8,"intermediate_size":12,"num_hidden_layers":4,"num_attention_heads":2,"num_key_value_heads":1,
        "head_dim":16,"global_head_dim":16,"vocab_size":9,"max_position_embeddings":32,"sliding_window":8,
        "layer_types":["sliding_attention","full_attention","sliding_attention","full_attention"],
        "rope_parameters":{"full_attention":{"rope_type":"proportional","partial_rotary_factor":0.5},"sliding_attention":{"rope_type":"default"}}}
        """;

    private const string Oss = """
        {"model_type":"gpt_oss","hidden_size":8,"intermediate_size":8,"num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,
        "head_dim":16,"vocab_size":9,"max_position_embeddings":32,"sliding_window":8,"layer_types":["full_attention"],"num_local_experts":2,
        "num_experts_per_tok":1,"tie_word_embeddings":true}
        """;

    private const string Hybrid = """
        {"model_type":"qwen3_5_text","hidden_size":8,"intermediate_size":12,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,
        "head_dim":16,"vocab_size":9,"max_position_embeddings":32,"layer_types":["linear_attention","full_attention"],"linear_num_key_heads":1,
        "linear_num_value_heads":2,"linear_key_head_dim":4,"linear_value_head_dim":4}
        """;

    [Theory]
    [InlineData(Gemma, "\"num_key_value_heads\":1", "\"num_key_value_heads\":1,\"num_kv_shared_layers\":3", "'num_kv_shared_layers' is 3")]
    [InlineData(Gemma, "\"num_key_value_heads\":1", "\"num_key_value_heads\":1,\"num_kv_shared_layers\":4", "'num_kv_shared_layers' is 4")]
    [InlineData(Gemma, "\"proportional\"", "\"spiral\"", "'rope_parameters.full_attention.rope_type' is \"spiral\"")]
    [InlineData(Gemma, "[\"sliding_attention\"", "[\"swirling_attention\"", "'layer_types' is \"swirling_attention\"")]
    [InlineData(Gemma, "\"head_dim\":16,", "\"head_dim\":16,\"enable_moe_block\":true,\"num_experts\":4,\"top_k_experts\":5,\"moe_intermediate_size\":8,", "'top_k_experts' is 5")]
    [InlineData(Gemma, "\"vocab_size\":9", "\"vocab_size\":9,\"hidden_size_per_layer_input\":4,\"vocab_size_per_layer_input\":8", "'vocab_size_per_layer_input' is 8")]
    [InlineData(Oss, "\"num_experts_per_tok\":1", "\"num_experts_per_tok\":3", "'num_experts_per_tok' is 3")]
    [InlineData(Oss, "\"num_experts_per_tok\":1", "\"num_experts_per_tok\":1,\"swiglu_limit\":5.0", "'swiglu_limit' is 5")]
    [InlineData(Oss, "\"num_experts_per_tok\":1", "\"num_experts_per_tok\":1,\"hidden_act\":\"relu\"", "'hidden_act' is \"relu\"")]
    [InlineData(Oss, "\"num_experts_per_tok\":1", "\"num_experts_per_tok\":1,\"quantization_config\":{\"quant_method\":\"gptq\"}", "'quantization_config'")]
    [InlineData(Oss, "\"num_local_experts\":2", "\"num_local_experts\":2,\"num_experts\":3", "'num_local_experts' is 2")]
    [InlineData(Hybrid, "\"linear_attention\"", "\"quadratic_attention\"", "'layer_types' is \"quadratic_attention\"")]
    [InlineData(Hybrid, "\"linear_attention\"", "\"sliding_attention\"", "'layer_types' is \"sliding_attention\"")]
    [InlineData(Hybrid, "\"linear_num_value_heads\":2", "\"linear_num_value_heads\":3,\"linear_num_key_heads\":2", "'linear_num_value_heads' is 3")]
    [InlineData(Hybrid, "\"vocab_size\":9", "\"vocab_size\":9,\"attn_output_gate\":false", "'attn_output_gate' is false")]
    public void Parse_WrongField_NamesFileFieldAndValue(string configuration, string good, string bad, string problem)
    {
        ConfigurationReader.Parse(Encoding.UTF8.GetBytes(configuration), "config.json");
        Assert.Contains(good, configuration);
        var exception = Assert.Throws<ModelConfigurationException>(
            () => ConfigurationReader.Parse(Encoding.UTF8.GetBytes(configuration.Replace(good, bad)), "config.json"));
        Assert.Equal("config.json", exception.File);
        Assert.Contains(problem, exception.Message);
    }

    [Theory]
    [InlineData("", 0, "")]
    [InlineData("model.layers.0.self_attn.sinks", 3, "tensor 'model.layers.0.self_attn.sinks' has shape [3], the configuration makes it [2]")]
    [InlineData("model.layers.0.mlp.router.weight", 24, "tensor 'model.layers.0.mlp.router.weight' has shape [3, 8]")]
    [InlineData("model.layers.0.mlp.experts.down_proj", 192, "tensor 'model.layers.0.mlp.experts.down_proj' has shape [3, 8, 8]")]
    public void Load_TensorOfAnotherLength_IsNamed(string tensor, int numbers, string problem)
    {
        (string Name, int[] Shape)[] tensors =
        [
            ("model.embed_tokens.weight", [9, 8]), ("model.norm.weight", [8]), ("model.layers.0.input_layernorm.weight", [8]),
            ("model.layers.0.post_attention_layernorm.weight", [8]), ("model.layers.0.self_attn.q_proj.weight", [32, 8]),
            ("model.layers.0.self_attn.k_proj.weight", [16, 8]), ("model.layers.0.self_attn.v_proj.weight", [16, 8]),
            ("model.layers.0.self_attn.o_proj.weight", [8, 32]), ("model.layers.0.self_attn.q_proj.bias", [32]),
            ("model.layers.0.self_attn.k_proj.bias", [16]), ("model.layers.0.self_attn.v_proj.bias", [16]), ("model.layers.0.self_attn.o_proj.bias", [8]),
            ("model.layers.0.self_attn.sinks", [2]), ("model.layers.0.mlp.router.weight", [2, 8]), ("model.layers.0.mlp.router.bias", [2]),
            ("model.layers.0.mlp.experts.gate_up_proj", [2, 8, 16]), ("model.layers.0.mlp.experts.gate_up_proj_bias", [2, 16]),
            ("model.layers.0.mlp.experts.down_proj", [2, 8, 8]), ("model.layers.0.mlp.experts.down_proj_bias", [2, 8]),
        ];
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("config.json"), Oss);
        File.WriteAllBytes(folder.File("model.safetensors"), SafetensorsWriter.Write(tensors.Select((one, i) =>
        {
            int count = one.Shape.Aggregate(1, static (product, extent) => product * extent);
            int[] shape = one.Name == tensor ? [numbers / (count / one.Shape[0]), .. one.Shape[1..]] : one.Shape;
            return (one.Name, shape, GeneratedNumbers.Create((ulong)i, shape.Aggregate(1, static (product, extent) => product * extent)));
        }), "BF16"));
        if (problem.Length == 0)
        {
            using LanguageModel model = LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = 1 });
            Assert.All(model.Forward([1, 2, 3]), static logit => Assert.True(float.IsFinite(logit)));
            return;
        }

        var exception = Assert.Throws<CheckpointFormatException>(() => LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = 1 }));
        Assert.Equal(folder.File("model.safetensors"), exception.File);
        Assert.Contains(problem, exception.Message);
    }
}
