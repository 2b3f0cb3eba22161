namespace KvCompose.Models.Networks.Families;

/// <summary>The sizes of a mixture of experts, which both formats have under their own names.</summary>
internal static class Mixture
{
    private static readonly string[] CountFields = ["num_experts", "num_local_experts", "n_routed_experts"];

    /// <summary>Experts; 0 for none.</summary>
    public static int Count(FamilySource source, int absent = 0) => source.Config is { } config
        ? config.Spelled(0, 1 << 16, CountFields) ?? absent : source.Gguf!.Integer("expert_count", 0, 1 << 16, 0);

    /// <summary>Experts that a token goes through.</summary>
    /// <exception cref="ModelConfigurationException">More than there are.</exception>
    public static int Chosen(FamilySource source, int count, string field = "num_experts_per_tok", int? absent = null)
    {
        if (source.Config is { } config)
        {
            int chosen = config.Spelled(1, 1 << 16, field, "experts_per_token") ?? absent ?? throw config.Fields.Missing(field);
            return chosen <= count ? chosen : throw config.Fields.Wrong(field, $"{chosen}", $"at most the number of experts, {count}");
        }

        GgufSource gguf = source.Gguf!;
        int used = gguf.Integer("expert_used_count", 1, 1 << 16);
        return used <= count ? used : throw gguf.Metadata.Wrong(gguf.Key("expert_used_count"), $"at most the number of experts, {count}");
    }

    /// <summary>Elements between an expert's projections.</summary>
    public static int Width(FamilySource source, string field = "moe_intermediate_size", int? absent = null) => source.Config is { } config
        ? config.Fields.Integer(field, 1, 1 << 20, absent)
        : source.Gguf!.Metadata.Has(source.Gguf.Key("expert_feed_forward_length")) || absent is not null
            ? source.Gguf.Integer("expert_feed_forward_length", 1, 1 << 20, absent) : source.FeedForwardWidth;

    /// <summary>Elements between the shared expert's projections; 0 for none.</summary>
    public static int SharedWidth(FamilySource source, string field, int? absent = null) => source.Config is { } config
        ? config.Fields.Integer(field, 0, 1 << 20, absent)
        : source.Gguf!.Integer("expert_shared_feed_forward_length", 0, 1 << 20, absent ?? 0);
}
