using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>The same prompts through sessions: with the whole cache as the vectors have them, with a reduced one as the network by itself.</summary>
internal static class SessionCase
{
    private const string Cake = "CAKE", Hitters = "H2O"; // they evict while decoding

    private const int LeastReduced = 24; // shorter prompts leave nothing to choose from

    public static void Check(JsonElement @case, LanguageModel model, int[][] pieces, string what)
    {
        double tolerance = @case.Number("tolerance");
        using var session = WholeCache.Open(model);
        session.Prefill(pieces[0]);
        foreach (int[] piece in pieces.Skip(1))
        {
            session.Append(piece);
        }

        LogitCheck.Row(@case.Tensor("logits").Slice(@case.Ints("logits_positions").Length - 1), session.Logits(), tolerance, $"{what}, prompt");
        Tensor rows = @case.Tensor("decode_logits");
        int[] tokens = @case.Ints("decode_ids");
        for (int step = 0; step < tokens.Length; step++)
        {
            session.Step([tokens[step]]);
            LogitCheck.Row(rows.Slice(step), session.Logits(), tolerance, $"{what}, step {step}");
        }
    }

    /// <summary>What a pipeline keeps, the network by itself is left with as well.</summary>
    public static void CheckReduced(JsonElement @case, LanguageModel model, string what)
    {
        if (@case.Ints("prompt_ids").Length < LeastReduced)
        {
            return;
        }

        foreach ((string pipeline, Func<KvSession> open) in (ReadOnlySpan<(string, Func<KvSession>)>)
            [
                ("SnapKV", () => HalfCache.Open(model)), ("Ada-KV", () => UnevenCache.Open(model)), ("PyramidKV", () => PyramidCache.Open(model)),
                ("StreamingLLM", () => StreamCache.Open(model)), (Cake, () => CakeCache.Open(model)), (Hitters, () => HitterCache.Open(model)),
            ])
        {
            // A token that leaves at a step has left for the layers that read the cache at the same step; the network by itself gives it up after the step.
            if (pipeline is Cake or Hitters && model.Description.Layers.Any(static layer => layer.Attention?.ReadsLayer is not null))
            {
                continue;
            }

            using KvSession session = open();
            Compare(@case, model, session, $"{what}, {pipeline}");
        }
    }

    private static void Compare(JsonElement @case, LanguageModel model, KvSession session, string what)
    {
        int[] prompt = @case.Ints("prompt_ids");
        using var decoder = new FullDecoder(model.Network);
        decoder.Append(prompt, lastOnly: true);
        session.Prefill(prompt);
        Expect.True(Evict(model, session, decoder) > 0, $"{what}: nothing was given up");
        foreach (int token in @case.Ints("decode_ids"))
        {
            Evict(model, session, decoder);
            session.Step([token]);
            LogitCheck.Row(decoder.Append([token]), session.Logits(), @case.Number("tolerance"), $"{what}, token {token}");
        }
    }

    /// <summary>Leaves the network by itself what the session holds; returns how many tokens that are fewer than all.</summary>
    private static int Evict(LanguageModel model, KvSession session, FullDecoder decoder)
    {
        int reduced = 0;
        for (int layer = 0; layer < model.Description.Layers.Count; layer++)
        {
            if (model.Description.Layers[layer].Attention is not { Window: null, ReadsLayer: null } attention)
            {
                continue;
            }

            int[][] kept = [.. Enumerable.Range(0, attention.KeyValueHeads).Select(head => session.Positions(layer, head))];
            reduced += kept.Sum(positions => decoder.Length - positions.Length);
            decoder.Evict(layer, kept);
        }

        return reduced;
    }
}
