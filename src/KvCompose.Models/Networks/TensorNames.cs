using KvCompose.Models.Files;

namespace KvCompose.Models.Networks;

/// <summary>The names of a model's tensors in one format. They are without ".weight" or ".bias".</summary>
internal abstract class TensorNames(NameOverrides? overrides)
{
    /// <summary>What an expert's number takes the place of, where every expert has tensors of its own.</summary>
    public const string ExpertPlace = "{e}";

    public abstract string Embedding { get; }

    public abstract string FinalNorm { get; }

    public abstract string Head { get; }

    /// <summary>The embedding of what layers get of the token itself.</summary>
    public abstract string LayerInputEmbedding { get; }

    /// <summary>The projection of what layers get of the token itself.</summary>
    public abstract string LayerInputProjection { get; }

    /// <summary>The norm of that projection.</summary>
    public abstract string LayerInputNorm { get; }

    /// <summary>Whether decays are stored as the logarithm of −A; else as A.</summary>
    public abstract bool DecaysAreLogarithms { get; }

    /// <summary>Whether the tensors of all experts have inputs before outputs.</summary>
    public bool TransposedExperts => Overrides?.TransposedExperts ?? false;

    protected NameOverrides? Overrides { get; } = overrides;

    /// <summary>The name of a part. It depends on which norms the layer has, because one name serves two of them.</summary>
    public string Of(int layer, LayerPart part, LayerDescription description)
        => LayerPrefix(layer) + (Overrides?.Find(part) ?? Usual(part, description));

    protected abstract string LayerPrefix(int layer);

    /// <summary>The most usual name of a part, behind the layer's.</summary>
    protected abstract string Usual(LayerPart part, LayerDescription description);

    /// <summary>A norm of one head that has a tensor of its own; null where the format has no such tensors.</summary>
    public virtual string? OfHead(int layer, LayerPart part, int head) => null;

    /// <summary>Names as the GGUF format has them.</summary>
    public sealed class Gguf(NameOverrides? overrides = null) : TensorNames(overrides)
    {
        public override string Embedding => "token_embd";

        public override string FinalNorm => Overrides?.FinalNorm ?? "output_norm";

        public override string Head => "output";

        public override string LayerInputEmbedding => "per_layer_token_embd";

        public override string LayerInputProjection => "per_layer_model_proj";

        public override string LayerInputNorm => "per_layer_proj_norm";

        public override bool DecaysAreLogarithms => false;

        protected override string LayerPrefix(int layer) => $"blk.{layer}.";

        protected override string Usual(LayerPart part, LayerDescription description) => part switch
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
            LayerPart.FeedForwardOutputNorm => "post_ffw_norm",
            LayerPart.Sinks => "attn_sinks",
            LayerPart.OutputScale => "layer_output_scale",
            LayerPart.Router => "ffn_gate_inp",
            LayerPart.RouterScale => "ffn_gate_inp.scale",
            LayerPart.SelectionBias => "exp_probs_b.bias",
            LayerPart.ExpertScale => "ffn_down_exps.scale",
            LayerPart.ExpertGate => "ffn_gate_exps",
            LayerPart.ExpertUp => "ffn_up_exps",
            LayerPart.ExpertGateAndUp => "ffn_gate_up_exps",
            LayerPart.ExpertDown or LayerPart.ExpertsDown => "ffn_down_exps",
            LayerPart.ExpertNorm => "pre_ffw_norm_2",
            LayerPart.ExpertOutputNorm => "post_ffw_norm_2",
            LayerPart.DenseOutputNorm => "post_ffw_norm_1",
            LayerPart.SharedGate => "ffn_gate_shexp",
            LayerPart.SharedUp => "ffn_up_shexp",
            LayerPart.SharedDown => "ffn_down_shexp",
            LayerPart.SharedExpertGate => "ffn_gate_inp_shexp",
            LayerPart.LayerInputGate => "inp_gate",
            LayerPart.LayerInputProjection => "proj",
            LayerPart.LayerInputNorm => "post_norm",
            LayerPart.RecurrentInput => "attn_qkv",
            LayerPart.RecurrentGate => "attn_gate",
            LayerPart.RecurrentInputAndGate => "ssm_in",
            LayerPart.RecurrentBeta => "ssm_beta",
            LayerPart.RecurrentStep => "ssm_alpha",
            LayerPart.RecurrentBetaAndStep => "ssm_ba",
            LayerPart.Convolution => "ssm_conv1d",
            LayerPart.Decay => "ssm_a",
            LayerPart.StepBias => "ssm_dt.bias",
            LayerPart.Skip => "ssm_d",
            LayerPart.RecurrentNorm => "ssm_norm",
            _ => "ssm_out",
        };
    }

    /// <summary>Names as Hugging Face publishes them, after the prefix that the file has.</summary>
    public sealed class HuggingFace : TensorNames
    {
        // Of a text model, of wrappers that see images as well, and of a model without its head.
        private static readonly string[] Prefixes = ["model.", "model.language_model.", "language_model.model.", "language_model.", ""];
        private static readonly string[] Heads = ["lm_head", "language_model.lm_head"];

        private readonly string _prefix;

        public HuggingFace(Checkpoint checkpoint, NameOverrides? overrides = null)
            : base(overrides)
        {
            _prefix = Prefixes.FirstOrDefault(prefix => checkpoint.Contains(prefix + "layers.0.mlp.down_proj.weight"))
                ?? Prefixes.FirstOrDefault(prefix => checkpoint.Contains(prefix + "embed_tokens.weight")) ?? Prefixes[0];
            Head = Heads.FirstOrDefault(head => checkpoint.Contains(head + ".weight")) ?? Heads[0];
        }

        public override string Embedding => _prefix + "embed_tokens";

        public override string FinalNorm => _prefix + (Overrides?.FinalNorm ?? "norm");

        public override string Head { get; }

        public override string LayerInputEmbedding => _prefix + "embed_tokens_per_layer";

        public override string LayerInputProjection => _prefix + "per_layer_model_projection";

        public override string LayerInputNorm => _prefix + "per_layer_projection_norm";

        public override bool DecaysAreLogarithms => true;

        protected override string LayerPrefix(int layer) => $"{_prefix}layers.{layer}.";

        protected override string Usual(LayerPart part, LayerDescription description) => part switch
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
            LayerPart.FeedForwardOutputNorm => "post_feedforward_layernorm",
            LayerPart.Sinks => "self_attn.sinks",
            LayerPart.OutputScale => "layer_scalar",
            LayerPart.Router => "mlp.gate",
            LayerPart.RouterScale => "router.scale",
            LayerPart.SelectionBias => "mlp.gate.e_score_correction_bias",
            LayerPart.ExpertScale => "router.per_expert_scale",
            LayerPart.ExpertGate => $"mlp.experts.{ExpertPlace}.gate_proj",
            LayerPart.ExpertUp => $"mlp.experts.{ExpertPlace}.up_proj",
            LayerPart.ExpertGateAndUp => "mlp.experts.gate_up_proj",
            LayerPart.ExpertDown => $"mlp.experts.{ExpertPlace}.down_proj",
            LayerPart.ExpertsDown => "mlp.experts.down_proj",
            LayerPart.ExpertNorm => "pre_feedforward_layernorm_2",
            LayerPart.ExpertOutputNorm => "post_feedforward_layernorm_2",
            LayerPart.DenseOutputNorm => "post_feedforward_layernorm_1",
            LayerPart.SharedGate => "mlp.shared_expert.gate_proj",
            LayerPart.SharedUp => "mlp.shared_expert.up_proj",
            LayerPart.SharedDown => "mlp.shared_expert.down_proj",
            LayerPart.SharedExpertGate => "mlp.shared_expert_gate",
            LayerPart.LayerInputGate => "per_layer_input_gate",
            LayerPart.LayerInputProjection => "per_layer_projection",
            LayerPart.LayerInputNorm => "post_per_layer_input_norm",
            LayerPart.RecurrentInput => "linear_attn.in_proj_qkv",
            LayerPart.RecurrentGate => "linear_attn.in_proj_z",
            LayerPart.RecurrentInputAndGate => "linear_attn.in_proj_qkvz",
            LayerPart.RecurrentBeta => "linear_attn.in_proj_b",
            LayerPart.RecurrentStep => "linear_attn.in_proj_a",
            LayerPart.RecurrentBetaAndStep => "linear_attn.in_proj_ba",
            LayerPart.Convolution => "linear_attn.conv1d",
            LayerPart.Decay => "linear_attn.A_log",
            LayerPart.StepBias => "linear_attn.dt_bias",
            LayerPart.Skip => "linear_attn.D",
            LayerPart.RecurrentNorm => "linear_attn.norm",
            _ => "linear_attn.out_proj",
        };

        public override string OfHead(int layer, LayerPart part, int head)
            => $"{_prefix}layers.{layer}.self_attn.{(part == LayerPart.QueryNorm ? 'q' : 'k')}_layernorm.norms.{head}";
    }
}
