using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Kinds.Families;
using KvCompose.Conformance.Reading;
using KvCompose.Models;
using KvCompose.Models.Networks;

namespace KvCompose.Conformance.Kinds.Families2026;

/// <summary>One prompt of a tiny model, whole and in pieces, and twelve tokens decoded behind it.</summary>
internal static class NetworkCase
{
    private const double StateTolerance = 1e-4;

    public static void Check(JsonElement @case, Func<LanguageModel> open, string what, bool states)
    {
        using LanguageModel model = open();
        int[] prompt = @case.Ints("prompt_ids");
        Decode(@case, model, [prompt], what, states);
        if (@case.Optional("prompt_chunks") is not null)
        {
            int start = 0;
            int[][] pieces = [.. @case.Ints("prompt_chunks").Select(length => prompt[start..(start += length)])];
            Decode(@case, model, pieces, $"{what}, in pieces", states);
            SessionCase.Check(@case, model, pieces, $"{what}, session in pieces");
        }

        SessionCase.Check(@case, model, [prompt], $"{what}, session");
        SessionCase.CheckReduced(@case, model, what);
    }

    private static void Decode(JsonElement @case, LanguageModel model, int[][] pieces, string what, bool states)
    {
        double tolerance = @case.Number("tolerance");
        using var decoder = new FullDecoder(model.Network);
        float[] logits = [.. pieces.SelectMany(piece => decoder.Append(piece))];
        LogitCheck.Rows(@case.Tensor("logits"), @case.Ints("logits_positions"), logits, tolerance, $"{what}, prompt");
        if (states && @case.Optional("states_after_prompt") is { } expected)
        {
            foreach (JsonElement state in expected.EnumerateArray())
            {
                States(state, decoder, model.Description, what);
            }
        }

        int[] tokens = @case.Ints("decode_ids");
        Tensor rows = @case.Tensor("decode_logits");
        for (int step = 0; step < tokens.Length; step++)
        {
            float[] next = decoder.Append([tokens[step]]);
            LogitCheck.Row(rows.Slice(step), next, tolerance, $"{what}, step {step}");
            if (step + 1 < tokens.Length)
            {
                Expect.Equal(tokens[step + 1], LogitCheck.Largest(next), $"{what}, token after step {step}");
            }
        }
    }

    /// <summary>The vectors have the last K inputs of a convolution by channel; K − 1 of them are a state.</summary>
    private static void States(JsonElement expected, FullDecoder decoder, NetworkDescription network, string what)
    {
        int layer = expected.Int("layer");
        RecurrentDescription recurrent = network.Layers[layer].Recurrent!;
        ReadOnlySpan<float> state = decoder.State(layer);
        Tensor inputs = expected.Tensor("conv");
        for (int channel = 0; channel < recurrent.Channels; channel++)
        {
            for (int place = 0; place < recurrent.Kernel - 1; place++)
            {
                Near(inputs.Slice(channel)[place + 1], state[(place * recurrent.Channels) + channel], $"{what}, layer {layer}, input {place} of channel {channel}");
            }
        }

        if (expected.Optional("recurrent") is null)
        {
            return;
        }

        ReadOnlySpan<float> own = state[((recurrent.Kernel - 1) * recurrent.Channels)..], all = expected.Tensor("recurrent").Slice();
        Expect.Equal(all.Length, own.Length, $"{what}, numbers of the state of layer {layer}");
        for (int i = 0; i < all.Length; i++)
        {
            Near(all[i], own[i], $"{what}, layer {layer}, number {i} of the state");
        }
    }

    private static void Near(float expected, float actual, string what)
        => Expect.True(Math.Abs((double)expected - actual) <= StateTolerance, $"{what}: expected {expected:R}, got {actual:R} (allowed {StateTolerance:R})");
}
