using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Loading;

/// <summary>The smallest complete model, for tests that spoil one of its files.</summary>
internal static class TinyModel
{
    public const string Configuration = """
        {"model_type":"llama","hidden_size":8,"intermediate_size":12,"num_hidden_layers":1,"num_attention_heads":2,
        "num_key_value_heads":1,"head_dim":16,"vocab_size":9,"max_position_embeddings":32,"rope_theta":10000.0,
        "rms_norm_eps":1e-05,"hidden_act":"silu","tie_word_embeddings":true,"bos_token_id":1,"eos_token_id":[2,3]}
        """;

    public static IEnumerable<(string Name, int[] Shape, float[] Values)> Tensors()
    {
        (string Name, int[] Shape)[] tensors =
        [
            ("model.embed_tokens.weight", [9, 8]), ("model.norm.weight", [8]), ("model.layers.0.input_layernorm.weight", [8]),
            ("model.layers.0.post_attention_layernorm.weight", [8]), ("model.layers.0.self_attn.q_proj.weight", [32, 8]),
            ("model.layers.0.self_attn.k_proj.weight", [16, 8]), ("model.layers.0.self_attn.v_proj.weight", [16, 8]),
            ("model.layers.0.self_attn.o_proj.weight", [8, 32]), ("model.layers.0.mlp.gate_proj.weight", [12, 8]),
            ("model.layers.0.mlp.up_proj.weight", [12, 8]), ("model.layers.0.mlp.down_proj.weight", [8, 12]),
        ];
        return tensors.Select((tensor, i) => (
            tensor.Name, tensor.Shape, GeneratedNumbers.Create((ulong)i, tensor.Shape.Aggregate(1, (product, extent) => product * extent))));
    }

    public static byte[] Safetensors() => SafetensorsWriter.Write(Tensors(), "F32");

    public static void Write(TemporaryFolder folder)
    {
        File.WriteAllText(folder.File("config.json"), Configuration);
        File.WriteAllText(folder.File("tokenizer.json"), ExpectedCase.WordTokenizer(9));
        File.WriteAllBytes(folder.File("model.safetensors"), Safetensors());
    }

    public static void Load(TemporaryFolder folder) => LanguageModel.Load(folder.Path, new LanguageModelOptions { Threads = 1 }).Dispose();
}
