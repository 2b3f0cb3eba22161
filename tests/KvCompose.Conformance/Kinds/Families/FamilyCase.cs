using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families;

/// <summary>One prompt of a tiny model: its logits, and twelve tokens decoded one by one with the cache.</summary>
internal static class FamilyCase
{
    private const double Tolerance = 5e-4;

    public static void Check(JsonElement @case, LoadedParts parts, string what)
    {
        using LanguageModel model = LanguageModel.Build(parts, new LanguageModelOptions { Threads = 1 });
        using var decoder = new FullDecoder(model.Network);
        int[] prompt = @case.Ints("prompt");
        LogitCheck.Rows(@case.Tensor("logits"), @case.Ints("positions"), decoder.Append(prompt), Tolerance, $"{what}, prompt");
        JsonElement decode = @case.Field("decode");
        Expect.Equal(prompt.Length, decode.Int("start"), "decode.start");
        int[] tokens = decode.Ints("tokens");
        Tensor expected = Expected(decode, model.Description);

        // The tokens are those of the reference's own cache, which keeps old rotations: another pass need not choose the same.
        bool recomputed = decode.Optional("recomputed_logits") is not null && Recomputes(model.Description);
        for (int step = 0; step < tokens.Length; step++)
        {
            float[] logits = decoder.Append([tokens[step]]);
            LogitCheck.Row(expected.Slice(step), logits, Tolerance, $"{what}, step {step}");
            if (step + 1 < tokens.Length && !recomputed)
            {
                Expect.Equal(tokens[step + 1], LogitCheck.Largest(logits), $"{what}, token after step {step}");
            }
        }
    }

    /// <summary>LongRoPE computes all keys again when the original context is passed: as a fresh pass over the tokens.</summary>
    private static Tensor Expected(JsonElement decode, NetworkDescription description)
        => Recomputes(description) && decode.Optional("recomputed_logits") is not null ? decode.Tensor("recomputed_logits") : decode.Tensor("logits");

    private static bool Recomputes(NetworkDescription description)
        => description.Layers.Any(static layer => layer.Attention?.Rotation?.Scaling is RopeScaling.LongRope);
}
