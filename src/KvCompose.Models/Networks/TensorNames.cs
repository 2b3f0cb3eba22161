using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>The names of a model's tensors in one format. They are without ".weight" or ".bias".</summary>
internal abstract class TensorNames
{
    public abstract string Embedding { get; }

    public abstract string FinalNorm { get; }

    public abstract string Head { get; }

    /// <summary>The name of a part. It depends on which norms the layer has, because one name serves two of them.</summary>
    public abstract string Of(int layer, LayerPart part, LayerDescription description);

    /// <summary>A norm of one head that has a tensor of its own; null where the format has no such tensors.</summary>
    public virtual string? OfHead(int layer, LayerPart part, int head) => null;

    /// <summary>Names as the GGUF format has them.</summary>
    public sealed class Gguf : TensorNames
    {
        public override string Embedding => "token_embd";

        public override string FinalNorm => "output_norm";

        public override string Head => "output";

        public override string Of(int layer, LayerPart part, LayerDescription description) => $"blk.{layer}." + part switch
        {
            LayerPart.AttentionNorm => "attn_norm",
            LayerPart.Query => "attn_q",
            LayerPart.Key => "attn_k",
            LayerPart.Value => "attn_v",
            LayerPart.Input => "attn_qkv",
            LayerPart.Output => "attn_output",
            LayerPart.QueryNorm => "attn_q_norm",
            LayerPart.KeyNorm => "attn_k_norm",
            LayerPart.AttentionOutputNorm => "post_attention_norm",
            LayerPart.FeedForwardNorm => "ffn_norm",
            LayerPart.Gate => "ffn_gate",
            LayerPart.Up or LayerPart.GateAndUp => "ffn_up",
            LayerPart.Down => "ffn_down",
            _ => "post_ffw_norm",
        };
    }

    /// <summary>Names as Hugging Face publishes them, after the prefix that the file has.</summary>
    public sealed class HuggingFace : TensorNames
    {
        // Of a text model, of wrappers that see images as well, and of a model without its head.
        private static readonly string[] Prefixes = ["model.", "model.language_model.", "language_model.model.", ""];
        private static readonly string[] Heads = ["lm_head", "language_model.lm_head"];

        private readonly string _prefix;

        public HuggingFace(Checkpoint checkpoint)
        {
            _prefix = Prefixes.FirstOrDefault(prefix => checkpoint.Contains(prefix + "layers.0.mlp.down_proj.weight")) ?? Prefixes[0];
            Head = Heads.FirstOrDefault(head => checkpoint.Contains(head + ".weight")) ?? Heads[0];
        }

        public override string Embedding => _prefix + "embed_tokens";

        public override string FinalNorm => _prefix + "norm";

        public override string Head { get; }

        public override string Of(int layer, LayerPart part, LayerDescription description) => $"{_prefix}layers.{layer}." + part switch
        {
            LayerPart.AttentionNorm => "input_layernorm",
            LayerPart.Query => "self_attn.q_proj",
            LayerPart.Key => "self_attn.k_proj",
            LayerPart.Value => "self_attn.v_proj",
            LayerPart.Input => "self_attn.qkv_proj",
            LayerPart.Output => "self_attn.o_proj",
            LayerPart.QueryNorm => "self_attn.q_norm",
            LayerPart.KeyNorm => "self_attn.k_norm",
            LayerPart.AttentionOutputNorm => "post_attention_layernorm",
            LayerPart.FeedForwardNorm => description.AttentionOutputNorm is null ? "post_attention_layernorm" : "pre_feedforward_layernorm",
            LayerPart.Gate => "mlp.gate_proj",
            LayerPart.Up => "mlp.up_proj",
            LayerPart.GateAndUp => "mlp.gate_up_proj",
            LayerPart.Down => "mlp.down_proj",
            _ => "post_feedforward_layernorm",
        };

        public override string OfHead(int layer, LayerPart part, int head)
            => $"{_prefix}layers.{layer}.self_attn.{(part == LayerPart.QueryNorm ? 'q' : 'k')}_layernorm.norms.{head}";
    }
}
