using KvCompose.Models.Checkpoints;

namespace KvCompose.Models.Llama;

/// <summary>The tensors of a model.</summary>
internal sealed record TensorPlan(
    CheckpointTensor Embedding, CheckpointTensor? Head, CheckpointTensor FinalNorm, LayerTensors[] Layers)
{
    private const string HeadName = "lm_head.weight";

    /// <summary>
    /// Looks up everything that the configuration calls for. Whether queries and keys are normalised, and whether the output
    /// projection has a bias, no field says for every family: the first layer's tensors do, and all layers must agree.
    /// </summary>
    public static TensorPlan Create(Checkpoint checkpoint, ModelConfiguration configuration)
    {
        TransformerShape shape = configuration.Shape;
        CheckpointTensor embedding = checkpoint.Require("model.embed_tokens.weight", shape.Vocabulary, shape.Hidden);
        CheckpointTensor? head = null;
        if (configuration.TiedEmbeddings)
        {
            checkpoint.Ignore(HeadName);
        }
        else
        {
            head = checkpoint.Require(HeadName, shape.Vocabulary, shape.Hidden);
        }

        CheckpointTensor norm = checkpoint.Require("model.norm.weight", shape.Hidden);
        var layers = new List<LayerTensors>();
        bool headNorm = checkpoint.Contains("model.layers.0.self_attn.q_norm.weight");
        bool outputBias = configuration.AttentionBias && checkpoint.Contains("model.layers.0.self_attn.o_proj.bias");
        for (int i = 0; i < shape.Layers; i++)
        {
            layers.Add(Layer(checkpoint, configuration, $"model.layers.{i}.", headNorm, outputBias));
        }

        return new TensorPlan(embedding, head, norm, [.. layers]);
    }

    private static LayerTensors Layer(
        Checkpoint checkpoint, ModelConfiguration configuration, string prefix, bool headNorm, bool outputBias)
    {
        TransformerShape shape = configuration.Shape;
        int d = shape.HeadDim, hidden = shape.Hidden, feedForward = configuration.FeedForward;
        int queries = shape.QueryHeads * d, keys = shape.KeyValueHeads * d;
        string attention = prefix + "self_attn.", mlp = prefix + "mlp.";
        CheckpointTensor? If(bool wanted, string name, int length)
            => wanted ? checkpoint.Require(attention + name, length) : null;

        return new LayerTensors(
            checkpoint.Require(prefix + "input_layernorm.weight", hidden),
            checkpoint.Require(attention + "q_proj.weight", queries, hidden),
            checkpoint.Require(attention + "k_proj.weight", keys, hidden),
            checkpoint.Require(attention + "v_proj.weight", keys, hidden),
            checkpoint.Require(attention + "o_proj.weight", hidden, queries),
            checkpoint.Require(prefix + "post_attention_layernorm.weight", hidden),
            checkpoint.Require(mlp + "gate_proj.weight", feedForward, hidden),
            checkpoint.Require(mlp + "up_proj.weight", feedForward, hidden),
            checkpoint.Require(mlp + "down_proj.weight", hidden, feedForward))
        {
            QueryBias = If(configuration.AttentionBias, "q_proj.bias", queries),
            KeyBias = If(configuration.AttentionBias, "k_proj.bias", keys),
            ValueBias = If(configuration.AttentionBias, "v_proj.bias", keys),
            OutputBias = If(outputBias, "o_proj.bias", hidden),
            QueryNorm = If(headNorm, "q_norm.weight", d),
            KeyNorm = If(headNorm, "k_norm.weight", d),
        };
    }
}
