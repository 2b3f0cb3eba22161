using System.Runtime.InteropServices;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Models.Networks.Families;

/// <summary>The rotation that a GGUF file describes, by keys and by tensors of factors.</summary>
internal static class GgufRotation
{
    private const string Divisors = "rope_freqs.weight";
    private const string LongFactors = "rope_factors_long.weight";
    private const string ShortFactors = "rope_factors_short.weight";

    public static RotationDescription Read(GgufSource source, FamilyDefaults defaults)
    {
        int width = source.Integer("rope.dimension_count", 2, 1024, (int)(source.HeadDim * defaults.RotaryShare));
        if (width % 2 != 0 || width > source.HeadDim)
        {
            throw source.Metadata.Wrong(
                source.Key("rope.dimension_count"), $"an even number up to the head dimension, {source.HeadDim}");
        }

        RotaryPairing pairing = defaults.PermutedInGguf ? RotaryPairing.Neighbours : defaults.Pairing;
        double theta = source.Metadata.Number(source.Key("rope.freq_base"), 0, 1e12, defaults.Theta);
        return new RotationDescription(width, pairing, theta, Scaling(source, width));
    }

    private static RopeScaling Scaling(GgufSource source, int width)
    {
        GgufMetadata metadata = source.Metadata;
        string key = source.Key("rope.scaling.type");
        if (source.Has(LongFactors) || source.Has(ShortFactors))
        {
            return new RopeScaling.LongRope(
                Factors(source, ShortFactors, width / 2), Factors(source, LongFactors, width / 2),
                source.Integer("rope.scaling.original_context_length", 1, int.MaxValue, source.Context),
                metadata.Number(source.Key("rope.scaling.attn_factor"), 0, 1e6, 1));
        }

        if (source.Has(Divisors))
        {
            return metadata.Text(key) is null or "none"
                ? new RopeScaling.Divided(Factors(source, Divisors, width / 2))
                : throw metadata.Wrong(key, $"none beside the tensor '{Divisors}'");
        }

        switch (metadata.Text(key))
        {
            case null or "none":
                return new RopeScaling.None();
            case "linear":
                return new RopeScaling.Linear(metadata.Number(source.Key("rope.scaling.factor"), 0, 1e6));
            case "yarn":
                return Yarn(source);
            default:
                throw metadata.Wrong(key, "none, linear or yarn");
        }
    }

    /// <summary>Converters write attention_factor as an absolute value under another key than the factor that multiplies the usual one.</summary>
    private static RopeScaling.Yarn Yarn(GgufSource source)
    {
        double Number(string name, double absent) => source.Metadata.Number(source.Key("rope.scaling." + name), 0, 1e6, absent);
        double factor = source.Metadata.Number(source.Key("rope.scaling.factor"), 0, 1e6);
        double usual = RopeScaling.Yarn.MagnitudeOf(factor) * Number("attn_factor", 1);
        if (source.Metadata.Has(source.Key("rope.scaling.yarn_log_multiplier")))
        {
            usual /= RopeScaling.Yarn.MagnitudeOf(factor, source.Metadata.Number(source.Key("rope.scaling.yarn_log_multiplier"), -1e-9, 1e6));
        }

        return new RopeScaling.Yarn(
            factor, source.Integer("rope.scaling.original_context_length", 1, int.MaxValue, source.Context),
            Number("yarn_attn_factor", usual), Number("yarn_beta_fast", 32), Number("yarn_beta_slow", 1), source.TruncatesYarn);
    }

    private static unsafe float[] Factors(GgufSource source, string name, int count)
    {
        StoredTensor tensor = source.Find(name) ?? throw source.Metadata.Error($"tensor '{name}' is missing");
        if (tensor.Type != StoredType.F32 || tensor.Count != count)
        {
            throw new CheckpointFormatException(
                tensor.File.Path, $"tensor '{name}' has shape {tensor.ShapeText} and type {tensor.TypeName}, expected {count} numbers of type F32");
        }

        float[] factors = MemoryMarshal.Cast<byte, float>(new ReadOnlySpan<byte>(tensor.Data, (int)tensor.Bytes)).ToArray();
        return factors.All(static factor => factor > 0 && float.IsFinite(factor))
            ? factors
            : throw new CheckpointFormatException(tensor.File.Path, $"tensor '{name}' holds a factor that is not above 0");
    }
}
