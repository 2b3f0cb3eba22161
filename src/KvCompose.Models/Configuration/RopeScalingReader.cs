using KvCompose.Models.Json;

namespace KvCompose.Models.Configuration;

/// <summary>Reads rope_scaling, or rope_parameters as newer files call it.</summary>
internal static class RopeScalingReader
{
    public static RopeScaling Read(JsonFields fields, int context)
    {
        string? name = fields.Has("rope_parameters") ? "rope_parameters" : fields.Has("rope_scaling") ? "rope_scaling" : null;
        if (name is null)
        {
            return new RopeScaling.None();
        }

        JsonFields rope = fields.Object(name);
        string kindField = rope.Has("rope_type") ? "rope_type" : "type";
        switch (rope.Text(kindField))
        {
            case null or "default":
                return new RopeScaling.None();
            case "linear":
                return new RopeScaling.Linear(rope.Number("factor", 0, 1e6));
            case "llama3":
                return ReadLlama3(rope, context);
            default:
                throw rope.Unsupported(kindField, "default, linear or llama3");
        }
    }

    private static RopeScaling.Llama3 ReadLlama3(JsonFields rope, int context)
    {
        double low = rope.Number("low_freq_factor", 0, 1e6);
        double high = rope.Number("high_freq_factor", 0, 1e6);
        if (high <= low)
        {
            throw rope.Wrong("high_freq_factor", $"{high:R}", $"above low_freq_factor, {low:R}");
        }

        return new RopeScaling.Llama3(
            rope.Number("factor", 0, 1e6), low, high,
            rope.Integer("original_max_position_embeddings", 1, int.MaxValue, context));
    }
}
