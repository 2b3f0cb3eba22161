using System.Text.Json;
using KvCompose.Models.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>
/// Fields of config.json that change the results in some family. A family that does not read one refuses any but its neutral
/// value: the reference ignores it without a word, and its results would be those of another model.
/// </summary>
internal static class NeutralFields
{
    private static readonly (string Field, double Neutral)[] Numbers =
    [
        ("residual_multiplier", 1), ("embedding_multiplier", 1), ("attention_multiplier", 1), ("logits_scaling", 1), ("logit_scale", 1),
        ("attn_logit_softcapping", double.NaN), ("final_logit_softcapping", double.NaN), ("query_pre_attn_scalar", double.NaN),
        ("sliding_window", double.NaN), ("attention_chunk_size", double.NaN), ("clip_qkv", double.NaN), ("rotary_pct", 1),
        ("num_experts", 0), ("num_local_experts", 0), ("n_routed_experts", 0), ("num_kv_shared_layers", 0),
        ("hidden_size_per_layer_input", 0), ("llama_4_scaling_beta", 0), ("no_rope_layer_interval", double.NaN),
        ("kv_lora_rank", double.NaN), ("q_lora_rank", double.NaN), ("layer_norm_eps", double.NaN), ("scale_emb", 1), ("scale_depth", double.NaN),
        ("dim_model_base", double.NaN),
    ];

    private static readonly (string Field, bool Neutral)[] Flags =
    [
        ("use_sliding_window", false), ("use_qk_norm", false), ("qk_layernorm", false), ("use_parallel_residual", false),
        ("attention_bias", false), ("mlp_bias", false), ("use_qkv_bias", false), ("use_bidirectional_attention", false), ("alibi", false),
        ("add_cross_attention", false), ("is_encoder_decoder", false), ("attn_output_gate", false), ("enable_moe_block", false),
        ("attention_k_eq_v", false), ("attn_temperature_tuning", false), ("is_causal", true),
    ];

    /// <exception cref="ModelConfigurationException">A field has an effect that the family does not know.</exception>
    public static void Check(JsonFields fields, FamilyDefaults family, string name)
    {
        foreach (string field in (ReadOnlySpan<string>)["quantization_config", "compression_config"])
        {
            if (fields.Has(field) && !family.Reads.Contains(field))
            {
                throw fields.Wrong(field, fields.Shown(field), "none: weights that are packed this way are not read");
            }
        }

        foreach ((string field, double neutral) in Numbers)
        {
            if (!family.Reads.Contains(field) && !(field == "layer_norm_eps" && family.LayerNorm) && !IsNeutral(fields, field, neutral))
            {
                throw Foreign(fields, field, name);
            }
        }

        foreach ((string field, bool neutral) in Flags)
        {
            if (!family.Reads.Contains(field) && fields.Has(field)
                && fields[field].ValueKind != (neutral ? JsonValueKind.True : JsonValueKind.False))
            {
                throw Foreign(fields, field, name);
            }
        }

        if (!family.Reads.Contains("no_rope_layers") && fields.Has("no_rope_layers"))
        {
            throw Foreign(fields, "no_rope_layers", name);
        }

        if (!family.Reads.Contains("position_embedding_type") && fields.Has("position_embedding_type") && fields.Text("position_embedding_type") is not ("rope" or "absolute"))
        {
            throw Foreign(fields, "position_embedding_type", name);
        }
    }

    private static bool IsNeutral(JsonFields fields, string field, double neutral)
        => !fields.Has(field)
            || (fields[field].ValueKind == JsonValueKind.Number && fields[field].TryGetDouble(out double number) && number == neutral)
            || (fields[field].ValueKind == JsonValueKind.False && neutral == 0);

    private static ModelLoadException Foreign(JsonFields fields, string field, string name)
        => fields.Wrong(field, fields.Shown(field), $"none: it changes the results, and the family {name} does not know it");
}
